import java.util.Collection;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/**
 * Counts the records of a topic by key, exactly once:
 * `ExactlyOnce BOOTSTRAP APPLICATION SOURCE TARGET STATE_FOLDER classic|streams [SETTING=VALUE…]`. Prints each state it is in
 * and, with an application.server, what all instances have. A record `poison` makes an instance with the setting `poisoned`
 * fail, which ends all of them.
 */
public class ExactlyOnce {
  public static void main(String[] args) throws InterruptedException {
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
    settings.put("producer.transaction.timeout.ms", "10000");
    settings.put("group.protocol", args[5]);
    // The streams protocol leaves this to the group's configs.
    if (args[5].equals("classic")) settings.put("consumer.session.timeout.ms", "6000");
    for (int i = 6; i < args.length; i++) {
      String[] setting = args[i].split("=", 2);
      settings.put(setting[0], setting[1]);
    }
    boolean isPoisoned = settings.containsKey("poisoned");
    StreamsBuilder builder = new StreamsBuilder();
    builder.<String, String>stream(args[2])
        .groupBy((key, value) -> {
          if (isPoisoned && value.equals("poison")) throw new IllegalArgumentException("poison");
          return "key-" + Math.floorMod(value.hashCode(), 5);
        })
        .count().toStream().mapValues(count -> count.toString()).to(args[3]);
    KafkaStreams streams = new KafkaStreams(builder.build(), settings);
    streams.setStateListener((now, before) -> System.out.println(now));
    streams.setUncaughtExceptionHandler(error -> StreamThreadExceptionResponse.SHUTDOWN_APPLICATION);
    streams.start();
    if (settings.containsKey("application.server")) printInstances(streams);
  }

  static void printInstances(KafkaStreams streams) throws InterruptedException {
    String printed = "";
    while (streams.state().isRunningOrRebalancing() || streams.state() == KafkaStreams.State.CREATED) {
      String now = streams.metadataForAllStreamsClients().stream().map(ExactlyOnce::described).sorted()
          .collect(Collectors.joining(" "));
      if (!now.equals(printed)) System.out.println("INSTANCES " + now);
      printed = now;
      Thread.sleep(100);
    }
  }

  static String described(StreamsMetadata instance) {
    return instance.port() + " active " + partitions(instance.topicPartitions())
        + " standby " + partitions(instance.standbyTopicPartitions());
  }

  static String partitions(Collection<TopicPartition> partitions) {
    return partitions.stream()
        .map(each -> (each.topic().endsWith("-repartition") ? "repartition" : "source") + each.partition())
        .sorted().collect(Collectors.joining(","));
  }
}
