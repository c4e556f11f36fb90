// Asks as Grafana's PostgreSQL data source does: over a pool of pgx with the simple protocol and raw results, or over
// lib/pq through database/sql; what its query editor asks for, and a time series with its macros written out.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/lib/pq"
)

const schemas = `quote_ident(table_schema) IN (SELECT CASE WHEN trim(s[i]) = '"$user"' THEN user ELSE trim(s[i]) END
	FROM generate_series(array_lower(string_to_array(current_setting('search_path'), ','), 1),
		array_upper(string_to_array(current_setting('search_path'), ','), 1)) AS i,
	string_to_array(current_setting('search_path'), ',') s)`

// What the editor and the health check ask, with the first row that is expected.
var questions = []struct{ sql, first string }{
	{"SELECT 1", "1"},
	{"SELECT current_setting('server_version_num')::int/100 as version", "1.5e+03"},
	{"SELECT current_setting('server_version_num')::int", "150000"},
	{"SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'", ""},
	{"SHOW server_version", "15.0 (KawaDB)"},
	{`SELECT CASE WHEN ` + schemas + ` THEN quote_ident(table_name) ELSE quote_ident(table_schema) || '.' || quote_ident(table_name) END AS "table"
		FROM information_schema.tables
		WHERE quote_ident(table_schema) NOT IN ('information_schema', 'pg_catalog', '_timescaledb_cache', '_timescaledb_catalog')
		ORDER BY CASE WHEN ` + schemas + ` THEN 0 ELSE 1 END, 1`, `"user-events"`},
	{`SELECT quote_ident(column_name) AS "column", data_type AS "type" FROM information_schema.columns
		WHERE CASE WHEN array_length(parse_ident('metrics'), 1) = 2
			THEN quote_ident(table_schema) = (parse_ident('metrics'))[1] AND quote_ident(table_name) = (parse_ident('metrics'))[2]
			ELSE quote_ident(table_name) = 'metrics' AND ` + schemas + ` END ORDER BY ordinal_position`, "kafka_partition,integer"},
	{`SELECT floor(extract(epoch from "kafka_timestamp")/60)*60 AS "time", host AS metric, avg(load) AS "load" FROM metrics
		WHERE "kafka_timestamp" BETWEEN '2023-11-14T22:10:00Z' AND '2023-11-14T22:20:00Z' GROUP BY 1, 2 ORDER BY 1, 2`, "1.7e+09,host-0,1.9"},
	{`SELECT "kafka_timestamp" AS "time", requests FROM metrics
		WHERE extract(epoch from "kafka_timestamp") >= 1700000000 AND extract(epoch from "kafka_timestamp") <= 1700000010 ORDER BY 1 LIMIT 50`,
		"2023-11-14 22:13:20,0"},
	{`SELECT date_trunc('minute', kafka_timestamp) AS time, percentile_cont(0.5) WITHIN GROUP (ORDER BY load) FROM metrics GROUP BY 1 ORDER BY 1`,
		"2023-11-14 22:13:00,1.95"},
}

func main() {
	ask := map[string]func(context.Context, string) error{"pgx": askPgx, "pq": askPq}[os.Args[1]]
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	if err := ask(ctx, os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

func askPgx(ctx context.Context, url string) error {
	config, err := pgxpool.ParseConfig(url + "?sslmode=disable")
	if err != nil {
		return err
	}
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	config.MaxConns = 4
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := pool.Ping(ctx); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	for _, question := range questions {
		if err := askRaw(ctx, pool, question.sql, question.first); err != nil {
			return err
		}
	}
	if err := prepared(ctx, url); err != nil {
		return err
	}
	return cancelled(ctx, pool)
}

// All statements of a text at once, with the results as they come.
func askRaw(ctx context.Context, pool *pgxpool.Pool, statement, first string) error {
	connection, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer connection.Release()
	reader := connection.Conn().PgConn().Exec(ctx, statement+"; SELECT 'next'")
	defer reader.Close()
	results, err := reader.ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	if len(results) != 2 || string(results[1].Rows[0][0]) != "next" {
		return fmt.Errorf("%s: %d results", statement, len(results))
	}
	found := ""
	if rows := results[0].Rows; len(rows) > 0 {
		values := make([]string, len(rows[0]))
		for i, value := range rows[0] {
			field := results[0].FieldDescriptions[i]
			// Grafana reads values by their types.
			scanned, err := decoded(connection.Conn().TypeMap(), field, value)
			if err != nil {
				return fmt.Errorf("%s: column %s: %w", statement, field.Name, err)
			}
			values[i] = scanned
		}
		found = strings.Join(values, ",")
	}
	return same(statement, first, found)
}

func decoded(types *pgtype.Map, field pgconn.FieldDescription, value []byte) (string, error) {
	switch field.DataTypeOID {
	case pgtype.Float8OID, pgtype.NumericOID:
		var number float64
		err := types.Scan(field.DataTypeOID, field.Format, value, &number)
		return fmt.Sprintf("%.3g", number), err
	case pgtype.TimestampOID, pgtype.TimestamptzOID:
		var at time.Time
		err := types.Scan(field.DataTypeOID, field.Format, value, &at)
		return at.UTC().Format(time.DateTime), err
	default:
		return string(value), nil
	}
}

// pgx with its defaults: named statements with binary values, batches in one pipeline, transactions.
func prepared(ctx context.Context, url string) error {
	connection, err := pgx.Connect(ctx, url+"?sslmode=disable")
	if err != nil {
		return err
	}
	defer connection.Close(ctx)
	if _, err := connection.Exec(ctx, "CREATE TABLE of_pgx (id BIGINT PRIMARY KEY, name VARCHAR, at_time TIMESTAMP, amount DECIMAL(10, 2), tags VARCHAR[])"); err != nil {
		return err
	}
	at := time.Date(2024, 5, 6, 7, 8, 9, 123456000, time.UTC)
	for id := range 3 {
		tag, err := connection.Exec(ctx, "INSERT INTO of_pgx VALUES ($1, $2, $3, $4, $5)", id, fmt.Sprint("name ", id), at, "12.50", []string{"a", "b c"})
		if err != nil || tag.RowsAffected() != 1 {
			return fmt.Errorf("insert: %v %w", tag, err)
		}
	}
	var name string
	var found time.Time
	var amount float64
	var tags []string
	row := connection.QueryRow(ctx, "SELECT name, at_time, amount::DOUBLE, tags FROM of_pgx WHERE id = $1", 2)
	if err := row.Scan(&name, &found, &amount, &tags); err != nil {
		return fmt.Errorf("scan: %w", err)
	}
	if err := same("a row", "name 2 "+at.String()+" 12.5 [a b c]", fmt.Sprint(name, " ", found, " ", amount, " ", tags)); err != nil {
		return err
	}
	batch := &pgx.Batch{}
	batch.Queue("DELETE FROM of_pgx WHERE id = $1", 0)
	batch.Queue("INSERT INTO of_pgx (id) VALUES ($1)", 1)
	var refused *pgconn.PgError
	if err := connection.SendBatch(ctx, batch).Close(); !errors.As(err, &refused) || refused.Code != "23505" {
		return fmt.Errorf("a batch with a duplicate key: %v", err)
	}
	transaction, err := connection.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	if err != nil {
		return err
	}
	if _, err := transaction.Exec(ctx, "DELETE FROM of_pgx WHERE id = $1", 1); err != nil {
		return err
	}
	if err := transaction.Rollback(ctx); err != nil {
		return err
	}
	var count int
	if err := connection.QueryRow(ctx, "SELECT count(*) FROM of_pgx").Scan(&count); err != nil {
		return err
	}
	return same("rows", "3", fmt.Sprint(count))
}

func cancelled(ctx context.Context, pool *pgxpool.Pool) error {
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	if _, err := pool.Exec(short, "SELECT count(*) FROM range(100000000000) a, range(99999) b"); err == nil {
		return errors.New("a query without end ended")
	}
	return pool.Ping(ctx)
}

func askPq(ctx context.Context, url string) error {
	connector, err := pq.NewConnector(url + "?sslmode=disable")
	if err != nil {
		return err
	}
	database := sql.OpenDB(connector)
	defer database.Close()
	if err := database.PingContext(ctx); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	for _, question := range questions {
		found, err := firstRow(ctx, database, question.sql)
		if err != nil {
			return fmt.Errorf("%s: %w", question.sql, err)
		}
		if err := same(question.sql, question.first, found); err != nil {
			return err
		}
	}
	var count int
	err = database.QueryRowContext(ctx, "SELECT count(*) FROM metrics WHERE requests = ANY($1::BIGINT[]) AND host = $2",
		pq.Array([]int64{1, 2, 3}), "host-1").Scan(&count)
	if err != nil || count != 2 {
		return fmt.Errorf("with parameters: %d, %w", count, err)
	}
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	if _, err := database.ExecContext(short, "SELECT count(*) FROM range(100000000000) a, range(99999) b"); err == nil {
		return errors.New("a query without end ended")
	}
	return database.PingContext(ctx)
}

func firstRow(ctx context.Context, database *sql.DB, statement string) (string, error) {
	rows, err := database.QueryContext(ctx, statement)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	if err != nil {
		return "", err
	}
	first := ""
	for at := 0; rows.Next(); at++ {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			return "", err
		}
		if at > 0 {
			continue
		}
		texts := make([]string, len(columns))
		for i, value := range values {
			texts[i] = text(*value.(*any))
		}
		first = strings.Join(texts, ",")
	}
	return first, rows.Err()
}

func text(value any) string {
	switch known := value.(type) {
	case float64:
		return fmt.Sprintf("%.3g", known)
	case time.Time:
		return known.UTC().Format(time.DateTime)
	case []byte:
		return string(known)
	default:
		return fmt.Sprint(known)
	}
}

func same(what, expected, found string) error {
	if expected == found {
		return nil
	}
	return fmt.Errorf("%s: %q was expected, %q was found", what, expected, found)
}
