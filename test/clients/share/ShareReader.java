import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads a topic as a member of a share group, acknowledging each record explicitly, until it is killed:
 * `ShareReader BOOTSTRAP GROUP TOPIC`. Of the first deliveries every seventh is released and every eleventh renewed before it
 * is accepted. Prints `got VALUE TIME COUNT` on receipt and `done VALUE TIME` once the acceptance is answered.
 */
public class ShareReader {
  public static void main(String[] args) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("group.id", args[1]);
    settings.put("key.deserializer", StringDeserializer.class.getName());
    settings.put("value.deserializer", StringDeserializer.class.getName());
    settings.put("share.acknowledgement.mode", "explicit");
    settings.put("max.poll.records", "20");
    settings.put("reconnect.backoff.max.ms", "200");
    try (KafkaShareConsumer<String, String> consumer = new KafkaShareConsumer<>(settings)) {
      consumer.subscribe(List.of(args[2]));
      while (true) {
        List<ConsumerRecord<String, String>> renewed = new ArrayList<>();
        List<String> accepted = new ArrayList<>();
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          int count = record.deliveryCount().get();
          System.out.println("got " + record.value() + " " + System.currentTimeMillis() + " " + count);
          boolean first = count == 1;
          if (first && record.offset() % 7 == 3) consumer.acknowledge(record, AcknowledgeType.RELEASE);
          else if (first && record.offset() % 11 == 5) {
            consumer.acknowledge(record, AcknowledgeType.RENEW);
            renewed.add(record);
          } else {
            consumer.acknowledge(record, AcknowledgeType.ACCEPT);
            accepted.add(record.value());
          }
        }
        commit(consumer, accepted);
        accepted.clear();
        if (renewed.isEmpty()) continue;
        // What is renewed comes back with the next poll.
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
          consumer.acknowledge(record, AcknowledgeType.ACCEPT);
          accepted.add(record.value());
        }
        commit(consumer, accepted);
      }
    }
  }

  private static void commit(KafkaShareConsumer<String, String> consumer, List<String> accepted) {
    boolean failed = consumer.commitSync().values().stream().anyMatch(error -> error.isPresent());
    if (failed) return;
    long now = System.currentTimeMillis();
    for (String value : accepted) System.out.println("done " + value + " " + now);
  }
}
