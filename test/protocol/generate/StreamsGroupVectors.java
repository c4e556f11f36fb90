import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataDelta;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetadataImage;
import org.apache.kafka.coordinator.group.api.streams.assignor.GroupAssignment;
import org.apache.kafka.coordinator.group.api.streams.assignor.TopologyDescriber;
import org.apache.kafka.coordinator.group.generated.StreamsGroupTopologyValueJsonConverter;
import org.apache.kafka.coordinator.group.streams.StreamsTopology;
import org.apache.kafka.coordinator.group.streams.assignor.AssignmentConfigsImpl;
import org.apache.kafka.coordinator.group.streams.assignor.GroupSpecImpl;
import org.apache.kafka.coordinator.group.streams.assignor.MemberMetadataAndStateImpl;
import org.apache.kafka.coordinator.group.streams.assignor.StickyTaskAssignor;
import org.apache.kafka.coordinator.group.streams.topics.ConfiguredInternalTopic;
import org.apache.kafka.coordinator.group.streams.topics.ConfiguredTopology;
import org.apache.kafka.coordinator.group.streams.topics.InternalTopicManager;
import org.slf4j.helpers.NOPLogger;

/**
 * What Kafka's own classes make of random topologies and streams groups, a JSON object a line:
 * `StreamsGroupVectors topologies|assignments COUNT SEED`.
 */
public class StreamsGroupVectors {
  static final ObjectMapper JSON = new ObjectMapper();

  final Random random;

  StreamsGroupVectors(long seed) {
    random = new Random(seed);
  }

  public static void main(String[] args) {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    StreamsGroupVectors vectors = new StreamsGroupVectors(Long.parseLong(args[2]));
    int count = Integer.parseInt(args[1]);
    if (args[0].equals("topologies")) {
      for (int i = 0; i < count; i++) out.println(vectors.topologyVector());
    } else {
      for (int i = 0; i < count; i++) vectors.groupVectors(i, out);
    }
    out.flush();
  }

  // ---- topologies ----

  ObjectNode topologyVector() {
    Map<String, Integer> image = new TreeMap<>();
    List<String> sources = new ArrayList<>();
    int most = 1 + random.nextInt(4);
    for (int i = 0; i < 5; i++) {
      String name = "source-" + i;
      sources.add(name);
      if (chance(0.97)) image.put(name, 1 + random.nextInt(most));
    }
    ObjectNode topology = topology(sources, image);
    ObjectNode configured = configured(topology, image);
    if (chance(0.4) && configured.has("internalTopicsToCreate")) {
      configured.get("internalTopicsToCreate").properties()
          .forEach(topic -> image.put(topic.getKey(), topic.getValue().get("partitions").intValue()));
      configured = configured(topology, image);
    }
    ObjectNode vector = JSON.createObjectNode().put("form", "streams topology");
    vector.set("image", JSON.valueToTree(image));
    vector.set("topology", topology);
    vector.set("configured", configured);
    return vector;
  }

  ObjectNode topology(List<String> sources, Map<String, Integer> image) {
    int count = chance(0.2) ? 10 + random.nextInt(20) : 1 + random.nextInt(5);
    List<String> repartition = new ArrayList<>();
    for (int i = 0, many = random.nextInt(count + 2); i < many; i++) repartition.add("repartition-" + i);
    Map<String, Integer> fixed = new HashMap<>();
    int common = 1 + random.nextInt(3);
    for (String name : repartition) {
      if (chance(0.2)) fixed.put(name, chance(0.7) ? common : 1 + random.nextInt(4));
      if (chance(0.15)) image.put(name, fixed.getOrDefault(name, 1 + random.nextInt(4)));
    }
    ObjectNode topology = JSON.createObjectNode().put("epoch", random.nextInt(3));
    ArrayNode subtopologies = topology.putArray("subtopologies");
    for (int i = 0; i < count; i++) {
      ObjectNode subtopology = subtopologies.addObject().put("subtopologyId", String.valueOf(i));
      List<String> own = some(sources, i == 0 || repartition.isEmpty() ? 1 : 0, 2);
      List<String> readBack = i == 0 && chance(0.8) ? List.of() : some(repartition, own.isEmpty() ? 1 : 0, 2);
      subtopology.set("sourceTopics", JSON.valueToTree(own));
      subtopology.putArray("sourceTopicRegex");
      ArrayNode changelogs = subtopology.putArray("stateChangelogTopics");
      for (int n = 0, many = random.nextInt(3); n < many; n++) {
        String name = "changelog-" + i + "-" + n;
        addTopicInfo(changelogs, name, 0);
        if (chance(0.1)) image.put(name, 1 + random.nextInt(4));
      }
      Set<String> sinks = new TreeSet<>(some(repartition, 0, 2));
      // Most topologies write to each repartition topic somewhere.
      if (i == 0 && chance(0.9)) sinks.addAll(repartition);
      if (i == 0 && chance(0.3)) sinks.removeAll(some(repartition, 0, 2));
      sinks.removeAll(readBack);
      subtopology.set("repartitionSinkTopics", JSON.valueToTree(sinks));
      ArrayNode repartitionSources = subtopology.putArray("repartitionSourceTopics");
      for (String name : readBack) addTopicInfo(repartitionSources, name, fixed.getOrDefault(name, 0));
      ArrayNode groups = subtopology.putArray("copartitionGroups");
      for (int n = 0, many = chance(0.4) ? 1 + random.nextInt(2) : 0; n < many; n++) {
        ObjectNode group = groups.addObject();
        group.set("sourceTopics", JSON.valueToTree(some(indexes(own.size()), 0, 2)));
        group.putArray("sourceTopicRegex");
        group.set("repartitionSourceTopics", JSON.valueToTree(some(indexes(readBack.size()), 0, 2)));
      }
    }
    return topology;
  }

  void addTopicInfo(ArrayNode topics, String name, int partitions) {
    ObjectNode topic = topics.addObject().put("name", name).put("partitions", partitions);
    topic.put("replicationFactor", chance(0.7) ? 0 : 1 + random.nextInt(3));
    ArrayNode configs = topic.putArray("topicConfigs");
    if (chance(0.6)) configs.addObject().put("key", "cleanup.policy").put("value", chance(0.5) ? "compact" : "delete");
    if (chance(0.2)) configs.addObject().put("key", "retention.ms").put("value", "-1");
  }

  ObjectNode configured(ObjectNode topology, Map<String, Integer> image) {
    ObjectNode result = JSON.createObjectNode();
    ConfiguredTopology configured;
    try {
      StreamsTopology streamsTopology =
          StreamsTopology.fromRecord(StreamsGroupTopologyValueJsonConverter.read(topology, (short) 0));
      configured = InternalTopicManager.configureTopics(
          NOPLogger.NOP_LOGGER, "group", "member", 0L, streamsTopology, new Image(image), Time.SYSTEM);
    } catch (RuntimeException error) {
      return result.put("error", error.getClass().getSimpleName()).put("message", error.getMessage());
    }
    configured.topicConfigurationException().ifPresent(
        error -> result.put("status", error.status().name()).put("message", error.getMessage()));
    configured.subtopologies().ifPresent(subtopologies -> {
      ObjectNode all = result.putObject("subtopologies");
      subtopologies.forEach((id, each) -> {
        ObjectNode one = all.putObject(id).put("numberOfTasks", each.numberOfTasks());
        one.set("sourceTopics", JSON.valueToTree(new TreeSet<>(each.sourceTopics())));
        one.set("repartitionSinkTopics", JSON.valueToTree(new TreeSet<>(each.repartitionSinkTopics())));
        one.set("repartitionSourceTopics", internalTopics(each.repartitionSourceTopics()));
        one.set("stateChangelogTopics", internalTopics(each.stateChangelogTopics()));
      });
    });
    ObjectNode toCreate = result.putObject("internalTopicsToCreate");
    new TreeMap<>(configured.internalTopicsToBeCreated()).forEach((name, topic) -> {
      ObjectNode one = toCreate.putObject(name).put("partitions", topic.numPartitions());
      one.put("replicationFactor", topic.replicationFactor());
      ObjectNode configs = one.putObject("configs");
      topic.configs().forEach(config -> configs.put(config.name(), config.value()));
    });
    return result;
  }

  static ObjectNode internalTopics(Map<String, ConfiguredInternalTopic> topics) {
    ObjectNode all = JSON.createObjectNode();
    new TreeMap<>(topics).forEach((name, topic) -> {
      ObjectNode one = all.putObject(name).put("partitions", topic.numberOfPartitions());
      one.put("replicationFactor", topic.replicationFactor().orElse((short) 0).intValue());
      one.set("configs", JSON.valueToTree(topic.topicConfigs()));
    });
    return all;
  }

  record Image(Map<String, Integer> counts) implements CoordinatorMetadataImage {
    record Topic(String name, int partitionCount) implements TopicMetadata {
      public Uuid id() {
        return new Uuid(1, name.hashCode());
      }

      public List<String> partitionRacks(int partition) {
        return List.of();
      }
    }

    public Set<Uuid> topicIds() {
      return Set.of();
    }

    public Set<String> topicNames() {
      return counts.keySet();
    }

    public Optional<TopicMetadata> topicMetadata(String name) {
      return Optional.ofNullable(counts.get(name)).map(count -> new Topic(name, count));
    }

    public Optional<TopicMetadata> topicMetadata(Uuid id) {
      return Optional.empty();
    }

    public CoordinatorMetadataDelta emptyDelta() {
      throw new UnsupportedOperationException();
    }

    public long version() {
      return 1;
    }

    public boolean isEmpty() {
      return false;
    }
  }

  // ---- assignments ----

  record Describer(TreeMap<String, Integer> counts, Set<String> stateful) implements TopologyDescriber {
    public List<String> subtopologies() {
      return new ArrayList<>(counts.keySet());
    }

    public int maxNumInputPartitions(String subtopologyId) {
      return counts.get(subtopologyId);
    }

    public boolean isStateful(String subtopologyId) {
      return stateful.contains(subtopologyId);
    }
  }

  static class Member {
    String processId;
    Map<String, Set<Integer>> activeTasks = new TreeMap<>();
    Map<String, Set<Integer>> standbyTasks = new TreeMap<>();
    Map<String, Set<Integer>> warmupTasks = new TreeMap<>();
    Map<String, Map<Integer, Long>> taskOffsets = new TreeMap<>();

    Member(String processId) {
      this.processId = processId;
    }

    MemberMetadataAndStateImpl toKafka() {
      return new MemberMetadataAndStateImpl(
          Optional.empty(), Optional.empty(), processId, Map.of(), activeTasks, standbyTasks, warmupTasks, taskOffsets, Map.of());
    }
  }

  int named = 0;

  /** A group whose members come and go in a few rounds. */
  void groupVectors(int group, PrintStream out) {
    TreeMap<String, Integer> counts = new TreeMap<>();
    Set<String> stateful = new HashSet<>();
    int size = chance(0.2) ? 40 : 8;
    for (int i = 0, many = 1 + random.nextInt(4); i < many; i++) {
      counts.put(String.valueOf(i), 1 + random.nextInt(size));
      if (chance(0.7)) stateful.add(String.valueOf(i));
    }
    Describer topology = new Describer(counts, stateful);
    Map<String, Member> members = new HashMap<>();
    List<String> processes = new ArrayList<>();
    for (int i = 0, many = 1 + random.nextInt(chance(0.2) ? 20 : 6); i < many; i++) processes.add(newProcessId(i));
    for (int i = 0, many = 1 + random.nextInt(chance(0.2) ? 40 : 8); i < many; i++) join(members, processes);
    int standby = random.nextInt(4) % 3;
    for (int round = 0; round < 5; round++) {
      Map<String, Member> ordered = inHashOrder(members);
      GroupAssignment assignment = assign(ordered, topology, standby);
      if (isInHashOrder(ordered)) {
        out.println(assignmentVector(group + "/" + round, topology, standby, ordered, assignment));
      }
      adopt(members, assignment, topology);
      for (int i = 0, many = random.nextInt(3); i < many && !members.isEmpty(); i++) {
        String leaving = pick(members.keySet());
        Member left = members.remove(leaving);
        if (chance(0.5)) rejoin(members, left);
      }
      if (chance(0.2)) processes.add(newProcessId(processes.size()));
      for (int i = 0, many = random.nextInt(3); i < many || members.isEmpty(); i++) join(members, processes);
      if (chance(0.1)) standby = random.nextInt(4);
      if (chance(0.1)) counts.computeIfPresent("0", (id, count) -> 1 + random.nextInt(size));
    }
  }

  void join(Map<String, Member> members, List<String> processes) {
    members.put(newName(), new Member(processes.get(random.nextInt(processes.size()))));
  }

  /** Under another id, with no tasks, and with state on its disk. */
  void rejoin(Map<String, Member> members, Member left) {
    Member member = new Member(left.processId);
    for (Map<String, Set<Integer>> tasks : List.of(left.activeTasks, left.standbyTasks)) {
      tasks.forEach((id, partitions) -> partitions.forEach(partition -> {
        if (chance(0.8)) member.taskOffsets.computeIfAbsent(id, x -> new TreeMap<>()).put(partition, (long) random.nextInt(5));
      }));
    }
    members.put(newName(), member);
  }

  /** The next round's members have what they were to have, or are on the way to it. */
  void adopt(Map<String, Member> members, GroupAssignment assignment, Describer topology) {
    boolean isReconciled = chance(0.7);
    members.forEach((id, member) -> {
      var own = assignment.members().get(id);
      member.activeTasks = isReconciled ? copy(own.activeTasks()) : part(own.activeTasks());
      member.standbyTasks = isReconciled ? copy(own.standbyTasks()) : part(own.standbyTasks());
      member.warmupTasks = new TreeMap<>();
      member.taskOffsets = new TreeMap<>();
      if (chance(0.5)) {
        member.standbyTasks.forEach((subtopologyId, partitions) -> partitions.forEach(partition -> {
          if (chance(0.5)) member.taskOffsets.computeIfAbsent(subtopologyId, x -> new TreeMap<>()).put(partition, (long) random.nextInt(5));
        }));
      }
      if (chance(0.1)) {
        String subtopologyId = pick(topology.counts().keySet());
        member.warmupTasks.put(subtopologyId, Set.of(random.nextInt(topology.counts().get(subtopologyId))));
      }
    });
  }

  GroupAssignment assign(Map<String, Member> members, Describer topology, int standby) {
    Map<String, MemberMetadataAndStateImpl> spec = new LinkedHashMap<>();
    members.forEach((id, member) -> spec.put(id, member.toKafka()));
    AssignmentConfigsImpl configs = new AssignmentConfigsImpl(standby, List.of());
    return new StickyTaskAssignor().assign(new GroupSpecImpl(spec, configs), topology);
  }

  /**
   * Members so ordered that the assignor's hash maps of processes, and of members in a process, iterate in the order in
   * which these first appear, if there is such an order: then the answer follows from the order, and not from hash codes.
   */
  static Map<String, Member> inHashOrder(Map<String, Member> members) {
    Map<String, Member> ordered = new LinkedHashMap<>();
    hashOrder(members).forEach(id -> ordered.put(id, members.get(id)));
    return ordered;
  }

  static boolean isInHashOrder(Map<String, Member> members) {
    return hashOrder(members).equals(new ArrayList<>(members.keySet()));
  }

  static List<String> hashOrder(Map<String, Member> members) {
    Map<String, Map<String, Integer>> processes = new HashMap<>(members.size());
    members.forEach((id, member) -> processes.computeIfAbsent(member.processId, x -> new HashMap<>()).put(id, 0));
    return processes.values().stream().flatMap(own -> own.keySet().stream()).toList();
  }

  ObjectNode assignmentVector(
      String id, Describer topology, int standby, Map<String, Member> members, GroupAssignment assignment) {
    ObjectNode vector = JSON.createObjectNode().put("form", "streams assignment").put("id", id);
    vector.set("subtopologies", JSON.valueToTree(topology.counts()));
    vector.set("stateful", JSON.valueToTree(new TreeSet<>(topology.stateful())));
    vector.put("numStandbyReplicas", standby);
    ArrayNode all = vector.putArray("members");
    members.forEach((memberId, member) -> {
      ObjectNode one = all.addObject().put("memberId", memberId).put("processId", member.processId);
      one.set("activeTasks", JSON.valueToTree(member.activeTasks));
      one.set("standbyTasks", JSON.valueToTree(member.standbyTasks));
      one.set("warmupTasks", JSON.valueToTree(member.warmupTasks));
      one.set("taskOffsets", JSON.valueToTree(member.taskOffsets));
    });
    ObjectNode result = vector.putObject("assignment");
    members.keySet().forEach(memberId -> {
      var own = assignment.members().get(memberId);
      ObjectNode one = result.putObject(memberId);
      one.set("activeTasks", JSON.valueToTree(copy(own.activeTasks())));
      one.set("standbyTasks", JSON.valueToTree(copy(own.standbyTasks())));
    });
    return vector;
  }

  static Map<String, Set<Integer>> copy(Map<String, Set<Integer>> tasks) {
    Map<String, Set<Integer>> copy = new TreeMap<>();
    tasks.forEach((id, partitions) -> copy.put(id, new TreeSet<>(partitions)));
    return copy;
  }

  Map<String, Set<Integer>> part(Map<String, Set<Integer>> tasks) {
    Map<String, Set<Integer>> part = copy(tasks);
    part.values().forEach(partitions -> partitions.removeIf(partition -> chance(0.3)));
    part.values().removeIf(Set::isEmpty);
    return part;
  }

  // ---- chance ----

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  String newName() {
    return "m" + Integer.toHexString(random.nextInt()) + named++;
  }

  /** Processes that follow one another in hash maps, most of which then have no collisions. */
  String newProcessId(int number) {
    for (;;) {
      String name = newName();
      if (((name.hashCode() ^ (name.hashCode() >>> 16)) & 63) == number) return name;
    }
  }

  String pick(Collection<String> names) {
    return new TreeSet<>(names).stream().skip(random.nextInt(names.size())).findFirst().orElseThrow();
  }

  static List<Integer> indexes(int size) {
    List<Integer> indexes = new ArrayList<>();
    for (int i = 0; i < size; i++) indexes.add(i);
    return indexes;
  }

  <T> List<T> some(List<T> all, int atLeast, int atMost) {
    List<T> shuffled = new ArrayList<>(all);
    Collections.shuffle(shuffled, random);
    int count = Math.min(all.size(), atLeast + random.nextInt(atMost - atLeast + 1));
    return new ArrayList<>(shuffled.subList(0, count));
  }
}
