import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;

/** Counts the records of a topic by key, exactly once: `ExactlyOnce BOOTSTRAP APPLICATION SOURCE TARGET STATE_FOLDER classic|streams`. */
public class ExactlyOnce {
  public static void main(String[] args) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("application.id", args[1]);
    settings.put("state.dir", args[4]);
    settings.put("processing.guarantee", "exactly_once_v2");
    settings.put("commit.interval.ms", "50");
    settings.put("statestore.cache.max.bytes", "0");
    settings.put("default.key.serde", Serdes.StringSerde.class.getName());
    settings.put("default.value.serde", Serdes.StringSerde.class.getName());
    settings.put("consumer.auto.offset.reset", "earliest");
    settings.put("group.protocol", args[5]);
    // The streams protocol leaves this to the group's configs.
    if (args[5].equals("classic")) settings.put("consumer.session.timeout.ms", "6000");
    settings.put("producer.transaction.timeout.ms", "10000");
    StreamsBuilder builder = new StreamsBuilder();
    builder.<String, String>stream(args[2])
        .groupBy((key, value) -> "key-" + Math.floorMod(value.hashCode(), 5))
        .count().toStream().mapValues(count -> count.toString()).to(args[3]);
    KafkaStreams streams = new KafkaStreams(builder.build(), settings);
    streams.setStateListener((now, before) -> System.out.println(now));
    streams.start();
  }
}
