import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.errors.FencedMemberEpochException;
import org.apache.kafka.coordinator.group.streams.CurrentAssignmentBuilder;
import org.apache.kafka.coordinator.group.streams.MemberState;
import org.apache.kafka.coordinator.group.streams.StreamsGroupMember;
import org.apache.kafka.coordinator.group.streams.TasksTuple;
import org.apache.kafka.coordinator.group.streams.TasksTupleWithEpochs;

/**
 * The steps that Kafka's own class takes with random members of streams groups towards random targets, a JSON object a line:
 * `StreamsReconciliationVectors COUNT SEED`.
 */
public class StreamsReconciliationVectors {
  static final ObjectMapper JSON = new ObjectMapper();
  static final List<String> SUBTOPOLOGIES = List.of("0", "1");
  static final int PARTITIONS = 3;

  final Random random;
  final Map<String, Map<Integer, String>> active = new HashMap<>();
  final Map<String, Map<Integer, Set<String>>> standby = new HashMap<>();
  final Map<String, Map<Integer, Set<String>>> warmup = new HashMap<>();

  StreamsReconciliationVectors(long seed) {
    random = new Random(seed);
  }

  public static void main(String[] args) {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    int count = Integer.parseInt(args[0]);
    long seed = Long.parseLong(args[1]);
    for (int i = 0; i < count; i++) out.println(new StreamsReconciliationVectors(seed + i).vector());
    out.flush();
  }

  ObjectNode vector() {
    ObjectNode vector = JSON.createObjectNode().put("form", "streams reconciliation");
    int memberEpoch = 1 + random.nextInt(3);
    int targetEpoch = memberEpoch + random.nextInt(3);
    MemberState state = MemberState.values()[random.nextInt(random.nextInt(5) == 0 ? 4 : 3)];
    TasksTupleWithEpochs assigned = tasks(memberEpoch, 0.35);
    TasksTupleWithEpochs pending =
        state == MemberState.UNREVOKED_TASKS ? tasks(memberEpoch, 0.15) : TasksTupleWithEpochs.EMPTY;
    StreamsGroupMember member = member("m", "p0", memberEpoch, state, assigned, pending);
    var others = vector.putArray("others");
    for (int i = 0; i < random.nextInt(4); i++) {
      StreamsGroupMember other =
          member("other-" + i, "p" + random.nextInt(2), targetEpoch, MemberState.STABLE,
              tasks(targetEpoch, 0.15), tasks(targetEpoch, 0.05));
      hold(other);
      others.add(shown(other));
    }
    hold(member);
    vector.set("member", shown(member));
    TasksTuple target = withoutEpochs(tasks(0, 0.35));
    vector.put("targetEpoch", targetEpoch);
    vector.set("target", shown(target));
    TasksTuple owned = owned(assigned, pending);
    vector.set("owned", owned == null ? null : shown(owned));
    CurrentAssignmentBuilder builder = new CurrentAssignmentBuilder(member)
        .withTargetAssignment(targetEpoch, target)
        .withCurrentActiveTaskProcessId((id, each) -> active.getOrDefault(id, Map.of()).get(each))
        .withCurrentStandbyTaskProcessIds(
            (id, each) -> standby.getOrDefault(id, Map.of()).getOrDefault(each, Set.of()))
        .withCurrentWarmupTaskProcessIds(
            (id, each) -> warmup.getOrDefault(id, Map.of()).getOrDefault(each, Set.of()))
        .withOwnedAssignment(owned);
    try {
      vector.set("next", shown(builder.build()));
    } catch (FencedMemberEpochException fenced) {
      vector.set("next", null);
    }
    return vector;
  }

  /** Each task with the chance, for one of the three purposes. */
  TasksTupleWithEpochs tasks(int epochMax, double chance) {
    Map<String, Map<Integer, Integer>> active = new HashMap<>();
    Map<String, Set<Integer>> standby = new HashMap<>();
    Map<String, Set<Integer>> warmup = new HashMap<>();
    for (String id : SUBTOPOLOGIES) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        if (random.nextDouble() >= chance) continue;
        switch (random.nextInt(4)) {
          case 0 -> standby.computeIfAbsent(id, __ -> new HashSet<>()).add(partition);
          case 1 -> warmup.computeIfAbsent(id, __ -> new HashSet<>()).add(partition);
          default -> active.computeIfAbsent(id, __ -> new HashMap<>())
              .put(partition, epochMax == 0 ? 0 : 1 + random.nextInt(epochMax));
        }
      }
    }
    return new TasksTupleWithEpochs(active, standby, warmup);
  }

  static TasksTuple withoutEpochs(TasksTupleWithEpochs tasks) {
    Map<String, Set<Integer>> active = new HashMap<>();
    tasks.activeTasksWithEpochs().forEach((id, epochs) -> active.put(id, new HashSet<>(epochs.keySet())));
    return new TasksTuple(active, tasks.standbyTasks(), tasks.warmupTasks());
  }

  /** Nothing said, what it has, what it has and has to give up, or nothing. */
  TasksTuple owned(TasksTupleWithEpochs assigned, TasksTupleWithEpochs pending) {
    return switch (random.nextInt(5)) {
      case 0 -> null;
      case 1 -> withoutEpochs(assigned.merge(pending));
      case 2 -> TasksTuple.EMPTY;
      case 3 -> withoutEpochs(tasks(0, 0.3));
      default -> withoutEpochs(assigned);
    };
  }

  static StreamsGroupMember member(
      String memberId, String processId, int epoch, MemberState state,
      TasksTupleWithEpochs assigned, TasksTupleWithEpochs pending) {
    return StreamsGroupMember.Builder.withDefaults(memberId)
        .setProcessId(processId).setMemberEpoch(epoch).setPreviousMemberEpoch(epoch - 1)
        .setState(state).setAssignedTasks(assigned).setTasksPendingRevocation(pending).build();
  }

  void hold(StreamsGroupMember member) {
    for (TasksTupleWithEpochs tasks : List.of(member.assignedTasks(), member.tasksPendingRevocation())) {
      tasks.activeTasksWithEpochs().forEach((id, epochs) -> epochs.keySet().forEach(partition ->
          active.computeIfAbsent(id, __ -> new HashMap<>()).put(partition, member.processId())));
      hold(standby, tasks.standbyTasks(), member.processId());
      hold(warmup, tasks.warmupTasks(), member.processId());
    }
  }

  static void hold(
      Map<String, Map<Integer, Set<String>>> held, Map<String, Set<Integer>> tasks, String processId) {
    tasks.forEach((id, partitions) -> partitions.forEach(partition ->
        held.computeIfAbsent(id, __ -> new HashMap<>())
            .computeIfAbsent(partition, __ -> new HashSet<>()).add(processId)));
  }

  static ObjectNode shown(StreamsGroupMember member) {
    ObjectNode shown = JSON.createObjectNode()
        .put("memberId", member.memberId()).put("processId", member.processId())
        .put("memberEpoch", member.memberEpoch()).put("previousMemberEpoch", member.previousMemberEpoch())
        .put("state", member.state().name());
    shown.set("assigned", shown(member.assignedTasks()));
    shown.set("pendingRevocation", shown(member.tasksPendingRevocation()));
    return shown;
  }

  static ObjectNode shown(TasksTupleWithEpochs tasks) {
    ObjectNode shown = JSON.createObjectNode();
    Map<String, Map<Integer, Integer>> active = new TreeMap<>();
    tasks.activeTasksWithEpochs().forEach((id, epochs) -> active.put(id, new TreeMap<>(epochs)));
    shown.set("activeTasks", JSON.valueToTree(active));
    shown.set("standbyTasks", sorted(tasks.standbyTasks()));
    shown.set("warmupTasks", sorted(tasks.warmupTasks()));
    return shown;
  }

  static ObjectNode shown(TasksTuple tasks) {
    ObjectNode shown = JSON.createObjectNode();
    shown.set("activeTasks", sorted(tasks.activeTasks()));
    shown.set("standbyTasks", sorted(tasks.standbyTasks()));
    shown.set("warmupTasks", sorted(tasks.warmupTasks()));
    return shown;
  }

  static ObjectNode sorted(Map<String, Set<Integer>> tasks) {
    Map<String, Set<Integer>> sorted = new TreeMap<>();
    tasks.forEach((id, partitions) -> sorted.put(id, new TreeSet<>(partitions)));
    return JSON.valueToTree(sorted);
  }
}
