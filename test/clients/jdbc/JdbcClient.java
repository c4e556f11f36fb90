import java.math.BigDecimal;
import java.sql.Array;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** PostgreSQL's JDBC driver with its defaults: metadata, values of all types, batches, cursors, transactions, cancelling. */
public class JdbcClient {
  public static void main(String[] arguments) throws Exception {
    try (Connection connection = DriverManager.getConnection(arguments[0])) {
      metadata(connection);
      values(connection);
      batches(connection);
      transactions(connection, arguments[0]);
      cursors(connection);
      limits(connection);
    }
    System.out.println("ok");
  }

  static void metadata(Connection connection) throws SQLException {
    DatabaseMetaData data = connection.getMetaData();
    equal("product", "PostgreSQL", data.getDatabaseProductName());
    equal("transactions", true, data.supportsTransactions());
    run(connection, "CREATE TABLE jdbc_people (id BIGINT PRIMARY KEY, name VARCHAR NOT NULL, paid DECIMAL(10, 2) DEFAULT 1)");
    run(connection, "CREATE INDEX jdbc_people_name ON jdbc_people (name)");
    List<String> tables = new ArrayList<>();
    try (ResultSet rows = data.getTables(null, "public", "%", new String[] {"TABLE", "VIEW"})) {
      while (rows.next()) tables.add(rows.getString("TABLE_NAME") + " " + rows.getString("TABLE_TYPE"));
    }
    equal("tables", true, tables.contains("jdbc_people TABLE") && tables.contains("user-events TABLE"));
    equal("a view", true, tables.contains("clicks VIEW"));
    try (ResultSet rows = data.getTables(null, null, "jdbc\\_%", new String[] {"TABLE"})) {
      equal("tables by pattern", "public.jdbc_people", rows.next() ? rows.getString(2) + "." + rows.getString(3) : "");
      equal("more of them", false, rows.next());
    }
    List<String> columns = new ArrayList<>();
    try (ResultSet rows = data.getColumns(null, "public", "jdbc_people", null)) {
      while (rows.next()) {
        columns.add(rows.getString("COLUMN_NAME") + " " + rows.getInt("DATA_TYPE") + " " + rows.getString("TYPE_NAME") + " "
            + rows.getInt("COLUMN_SIZE") + " " + rows.getInt("DECIMAL_DIGITS") + " " + rows.getInt("NULLABLE"));
      }
    }
    equal("columns", "[id -5 int8 19 0 0, name 12 text 2147483647 0 0, paid 2 numeric 10 2 1]", columns.toString());
    try (ResultSet rows = data.getColumns(null, null, "user-events", "kafka_timestamp")) {
      equal("a column of a topic", Types.TIMESTAMP, rows.next() ? rows.getInt("DATA_TYPE") : 0);
    }
    try (ResultSet rows = data.getPrimaryKeys(null, "public", "jdbc_people")) {
      equal("primary key", "id 1", rows.next() ? rows.getString("COLUMN_NAME") + " " + rows.getInt("KEY_SEQ") : "");
    }
    try (ResultSet rows = data.getIndexInfo(null, "public", "jdbc_people", false, false)) {
      List<String> indexed = new ArrayList<>();
      while (rows.next()) indexed.add(rows.getString("COLUMN_NAME") + " " + rows.getBoolean("NON_UNIQUE"));
      equal("indexes", "[id false, name true]", indexed.toString());
    }
    List<String> schemas = new ArrayList<>();
    try (ResultSet rows = data.getSchemas()) {
      while (rows.next()) schemas.add(rows.getString(1));
    }
    equal("schemas", true, schemas.contains("public"));
    try (ResultSet rows = data.getCatalogs()) {
      equal("catalog", "kawadb", rows.next() ? rows.getString(1) : "");
    }
    List<String> types = new ArrayList<>();
    try (ResultSet rows = data.getTypeInfo()) {
      while (rows.next()) types.add(rows.getString("TYPE_NAME"));
    }
    equal("types", true, types.containsAll(List.of("int8", "text", "timestamp", "numeric", "bool", "bytea", "uuid")));
    for (ResultSet rows : List.of(
        data.getTableTypes(), data.getImportedKeys(null, null, "jdbc_people"), data.getExportedKeys(null, null, "jdbc_people"),
        data.getFunctions(null, null, "%"), data.getProcedures(null, null, "%"), data.getTablePrivileges(null, null, "jdbc_people"),
        data.getColumnPrivileges(null, null, "jdbc_people", "%"), data.getBestRowIdentifier(null, null, "jdbc_people", 0, true),
        data.getUDTs(null, null, "%", null), data.getClientInfoProperties())) {
      while (rows.next()) rows.getString(1);
      rows.close();
    }
  }

  /** More than five times, after which the driver prepares by name and asks for binary results. */
  static void values(Connection connection) throws SQLException {
    run(connection, "CREATE TABLE jdbc_values (i INTEGER, l BIGINT, s SMALLINT, d DOUBLE, f FLOAT, n DECIMAL(20, 4), t VARCHAR,"
        + " b BOOLEAN, bytes BLOB, day DATE, moment TIMESTAMP, zoned TIMESTAMPTZ, u UUID, texts VARCHAR[], numbers BIGINT[])");
    OffsetDateTime zoned = OffsetDateTime.of(2024, 3, 4, 5, 6, 7, 123456000, ZoneOffset.ofHours(9));
    LocalDateTime at = LocalDateTime.of(1969, 12, 31, 23, 59, 59, 999999000);
    UUID uuid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    String insert = "INSERT INTO jdbc_values VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      for (int round = 0; round < 8; round++) {
        statement.setInt(1, Integer.MIN_VALUE + round);
        statement.setLong(2, Long.MAX_VALUE - round);
        statement.setShort(3, (short) -round);
        statement.setDouble(4, round / 3.0);
        statement.setFloat(5, round / 4f);
        statement.setBigDecimal(6, new BigDecimal("-1234567890.1234").add(BigDecimal.valueOf(round)));
        statement.setString(7, "ä'\\ " + round);
        statement.setBoolean(8, round % 2 == 0);
        statement.setBytes(9, new byte[] {0, (byte) round, -1});
        statement.setObject(10, LocalDate.of(2024, 2, 28).plusDays(round));
        statement.setObject(11, at);
        statement.setObject(12, zoned);
        statement.setObject(13, uuid);
        statement.setArray(14, connection.createArrayOf("varchar", new String[] {"a", "b \"c\"", null}));
        statement.setArray(15, connection.createArrayOf("int8", new Long[] {1L, (long) round}));
        equal("inserted", 1, statement.executeUpdate());
      }
      for (int index = 1; index <= 15; index++) statement.setNull(index, index == 9 ? Types.BINARY : Types.NULL);
      equal("nulls inserted", 1, statement.executeUpdate());
    }
    try (PreparedStatement statement = connection.prepareStatement("SELECT * FROM jdbc_values WHERE i = ? AND l = ?")) {
      for (int round = 0; round < 8; round++) {
        statement.setInt(1, Integer.MIN_VALUE + round);
        statement.setLong(2, Long.MAX_VALUE - round);
        try (ResultSet row = statement.executeQuery()) {
          equal("a row of round " + round, true, row.next());
          equal("int", Integer.MIN_VALUE + round, row.getInt(1));
          equal("short", (short) -round, row.getShort(3));
          equal("double", round / 3.0, row.getDouble(4));
          equal("float", round / 4f, row.getFloat(5));
          equal("decimal", new BigDecimal("-1234567890.1234").add(BigDecimal.valueOf(round)), row.getBigDecimal(6));
          equal("text", "ä'\\ " + round, row.getString(7));
          equal("boolean", round % 2 == 0, row.getBoolean(8));
          equal("bytes", (byte) round, row.getBytes(9)[1]);
          equal("date", LocalDate.of(2024, 2, 28).plusDays(round), row.getObject(10, LocalDate.class));
          equal("timestamp", at, row.getObject(11, LocalDateTime.class));
          equal("zoned", zoned.toInstant(), row.getObject(12, OffsetDateTime.class).toInstant());
          equal("uuid", uuid, row.getObject(13));
          Array texts = row.getArray(14);
          equal("texts", "b \"c\"", ((Object[]) texts.getArray())[1]);
          equal("numbers", (long) round, ((Object[]) row.getArray(15).getArray())[1]);
          ResultSetMetaData data = row.getMetaData();
          equal("column types", "int8 timestamp _text",
              data.getColumnTypeName(2) + " " + data.getColumnTypeName(11) + " " + data.getColumnTypeName(14).replace("varchar", "text"));
        }
      }
    }
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT * FROM jdbc_values WHERE i IS NULL")) {
      equal("a row of nulls", true, row.next());
      for (int index = 1; index <= 15; index++) equal("null " + index, null, row.getObject(index));
    }
    // Types that the parameter's use alone tells.
    try (PreparedStatement statement = connection.prepareStatement("SELECT count(*) FROM jdbc_values WHERE day > ? AND moment < ?")) {
      for (int round = 0; round < 7; round++) {
        statement.setDate(1, Date.valueOf("2024-03-01"));
        statement.setTimestamp(2, Timestamp.valueOf("2024-03-01 00:00:00"));
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          equal("dates after", 5L, row.getLong(1));
        }
      }
      equal("parameters", 2, statement.getParameterMetaData().getParameterCount());
    }
  }

  static void batches(Connection connection) throws SQLException {
    String insert = "INSERT INTO jdbc_people (id, name) VALUES (?, ?)";
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      for (int id = 0; id < 500; id++) {
        statement.setLong(1, id);
        statement.setString(2, "name " + id);
        statement.addBatch();
      }
      equal("batch", 500, statement.executeBatch().length);
      for (long id : new long[] {1000, 1001, 3}) {
        statement.setLong(1, id);
        statement.setString(2, "again");
        statement.addBatch();
      }
      try {
        statement.executeBatch();
        throw new IllegalStateException("a batch with a duplicate key did not fail");
      } catch (BatchUpdateException error) {
        equal("state", "23505", error.getSQLState());
      }
    }
    equal("nothing of the batch that failed", 500L, count(connection, "jdbc_people"));
    try (PreparedStatement statement = connection.prepareStatement(insert + " RETURNING id")) {
      statement.setLong(1, 600);
      statement.setString(2, "returned");
      ResultSet row = statement.executeQuery();
      row.next();
      equal("returned", 600L, row.getLong(1));
    }
  }

  static void transactions(Connection connection, String url) throws SQLException {
    connection.setAutoCommit(false);
    run(connection, "DELETE FROM jdbc_people WHERE id >= 100");
    try (Connection other = DriverManager.getConnection(url)) {
      equal("seen by another", 501L, count(other, "jdbc_people"));
      equal("seen by itself", 100L, count(connection, "jdbc_people"));
      connection.rollback();
      equal("rolled back", 501L, count(connection, "jdbc_people"));
      run(connection, "DELETE FROM jdbc_people WHERE id >= 100");
      // Metadata of what others do not see yet.
      run(connection, "CREATE TABLE jdbc_new (a INTEGER)");
      try (ResultSet rows = connection.getMetaData().getTables(null, null, "jdbc\\_new", null)) {
        equal("a new table", true, rows.next());
      }
      connection.commit();
      equal("committed", 100L, count(other, "jdbc_people"));
      run(connection, "UPDATE jdbc_people SET name = 'mine' WHERE id = 1");
      try {
        run(other, "UPDATE jdbc_people SET name = 'yours' WHERE id = 1");
        throw new IllegalStateException("two changed one row");
      } catch (SQLException error) {
        equal("conflict", "40001", error.getSQLState());
      }
      try {
        run(connection, "SELECT nothing");
        throw new IllegalStateException("it did not fail");
      } catch (SQLException error) {
        equal("no column", "42703", error.getSQLState());
      }
      try {
        run(connection, "SELECT 1");
        throw new IllegalStateException("it did not fail");
      } catch (SQLException error) {
        equal("failed transaction", "25P02", error.getSQLState());
      }
      connection.rollback();
      try {
        connection.setSavepoint("here");
        throw new IllegalStateException("it did not fail");
      } catch (SQLException error) {
        equal("savepoint", "0A000", error.getSQLState());
      }
      connection.rollback();
      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
      equal("isolation", Connection.TRANSACTION_SERIALIZABLE, connection.getTransactionIsolation());
      connection.rollback();
      connection.setReadOnly(true);
      try {
        run(connection, "DELETE FROM jdbc_people");
        throw new IllegalStateException("it did not fail");
      } catch (SQLException error) {
        equal("read-only", "25006", error.getSQLState());
      }
      connection.rollback();
      connection.setReadOnly(false);
      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    }
    connection.setAutoCommit(true);
  }

  static void cursors(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement(); Statement writer = connection.createStatement()) {
      writer.executeUpdate("UPDATE jdbc_people SET name = 'x' WHERE id = 2");
      statement.setFetchSize(700);
      long sum = 0;
      try (ResultSet rows = statement.executeQuery("SELECT range AS n FROM range(20000)")) {
        while (rows.next()) {
          sum += rows.getLong("n");
          if (rows.getLong("n") % 5000 == 0) equal("a write between", 1, writer.executeUpdate("UPDATE jdbc_people SET name = 'y' WHERE id = 3"));
        }
      }
      equal("sum of all", 20000L * 19999 / 2, sum);
      try (ResultSet rows = statement.executeQuery("SELECT id FROM \"user-events\" ORDER BY id")) {
        equal("a first row", true, rows.next());
      }
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  static void limits(Connection connection) throws Exception {
    String endless = "SELECT count(*) FROM range(100000000000) a, range(99999) b";
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      try {
        statement.executeQuery(endless);
        throw new IllegalStateException("it did not end");
      } catch (SQLException error) {
        equal("timeout", "57014", error.getSQLState());
      }
    }
    try (Statement statement = connection.createStatement()) {
      Thread canceller = new Thread(() -> {
        try {
          while (!Thread.interrupted()) {
            Thread.sleep(50);
            statement.cancel();
          }
        } catch (InterruptedException | SQLException error) {
          // It has done what it was for.
        }
      });
      canceller.start();
      try {
        statement.executeQuery(endless);
        throw new IllegalStateException("it did not end");
      } catch (SQLException error) {
        equal("cancelled", "57014", error.getSQLState());
      } finally {
        canceller.interrupt();
        canceller.join();
      }
      statement.setMaxRows(3);
      try (ResultSet rows = statement.executeQuery("SELECT * FROM range(10)")) {
        int count = 0;
        while (rows.next()) count++;
        equal("most rows", 3, count);
      }
    }
    equal("valid", true, connection.isValid(5));
  }

  static long count(Connection connection, String table) throws SQLException {
    try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table)) {
      row.next();
      return row.getLong(1);
    }
  }

  static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  static void equal(String what, Object expected, Object found) {
    if (expected == null ? found != null : !expected.equals(found)) {
      throw new IllegalStateException(what + ": " + expected + " was expected, " + found + " was found");
    }
  }
}
