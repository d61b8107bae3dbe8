package io.slotferry.rebalancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.rebalancer.LoopDriver.FakeNode;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Move;
import io.slotferry.topology.Operation;
import io.slotferry.topology.Role;
import io.slotferry.topology.message.ChangeAnswer;
import io.slotferry.topology.message.HeartbeatAnswer.Lease;
import io.slotferry.topology.message.NodeReport;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ControlLoopTest {
  private static final int LEASE_WAIT_MILLIS =
      ControlSettings.LEASE_MILLIS + ControlSettings.LEASE_MARGIN_MILLIS;

  // Nodes and the creation of the cluster

  @Test
  void theClusterIsCreatedWhenItsNodesAreThere() {
    LoopDriver driver = new LoopDriver(ControlSettings.of(2, 1));
    driver.join("shard-2", Role.SHARD, 2);
    driver.join("gateway-1", Role.GATEWAY, 0);
    driver.join("replica-b", Role.REPLICA, 0);
    driver.steps(3);
    assertThat(driver.map.nodes()).hasSize(3);
    assertThat(driver.map.shards()).isEmpty();

    driver.join("shard-10", Role.SHARD, 0);
    driver.join("replica-1", Role.REPLICA, 1);
    driver.steps(2);

    assertThat(driver.shard(1).leader()).isEqualTo("shard-10");
    assertThat(driver.shard(2).leader()).isEqualTo("shard-2");
    assertThat(driver.shard(1).replicas()).containsExactly("replica-1");
    assertThat(driver.shard(2).replicas()).containsExactly("replica-b");
    assertThat(driver.map.shards()).allMatch(shard -> shard.epoch() == 1);
  }

  @Test
  void theClusterStartsWithoutReplicasThatDoNotCome() {
    LoopDriver driver = new LoopDriver(ControlSettings.of(1, 1));
    driver.join("shard-1", Role.SHARD, 0);
    driver.pass(ControlSettings.CREATE_MILLIS - 500);
    assertThat(driver.map.shards()).isEmpty();

    driver.pass(1000);
    assertThat(driver.shard(1).replicas()).isEmpty();

    driver.join("replica-1", Role.REPLICA, 0);
    driver.steps(2);
    assertThat(driver.shard(1).replicas()).containsExactly("replica-1");
  }

  @Test
  void leadersAndTheCopiesOfAShardAreSpreadOverZones() {
    LoopDriver driver = new LoopDriver(ControlSettings.of(2, 1));
    driver.join("shard-1", Role.SHARD, 0, "a");
    driver.join("shard-2", Role.SHARD, 0, "a");
    driver.join("shard-3", Role.SHARD, 0, "b");
    driver.join("replica-1", Role.REPLICA, 0, "a");
    driver.join("replica-2", Role.REPLICA, 0, "b");
    driver.steps(3);

    assertThat(driver.shard(1).leader()).isEqualTo("shard-1");
    assertThat(driver.shard(2).leader()).isEqualTo("shard-3");
    assertThat(driver.shard(1).replicas()).containsExactly("replica-2");
    assertThat(driver.shard(2).replicas()).containsExactly("replica-1");

    driver.join("replica-0", Role.REPLICA, 1, "a");
    driver.node("replica-2").up = false;
    driver.pass(ControlSettings.REPLICA_LOST_MILLIS + 2000);
    assertThat(driver.shard(1).replicas())
        .as("the shard that a node wants comes before its zone")
        .contains("replica-0");
  }

  @Test
  void aReplicaMeantForAShardThatLacksOneIsLeftToIt() {
    LoopDriver driver = LoopDriver.running(2, 1);
    driver.change(new MapChange.SetInSync(1, 1, 2, Set.of("shard-1")));
    driver.change(new MapChange.SetInSync(2, 1, 2, Set.of("shard-2")));
    driver.node("replica-1").up = false;
    driver.node("replica-2").up = false;
    driver.join("replica-9", Role.REPLICA, 2);
    driver.pass(ControlSettings.REPLICA_LOST_MILLIS + 2000);

    assertThat(driver.shard(2).replicas()).containsExactly("replica-9");
  }

  @Test
  void aReplicaThatStaysAwayIsReplaced() {
    LoopDriver driver = LoopDriver.running(1, 1);
    driver.node("replica-1").up = false;
    driver.join("replica-2", Role.REPLICA, 0);
    driver.pass(ControlSettings.REPLICA_LOST_MILLIS - 1000);
    assertThat(driver.shard(1).replicas()).containsExactly("replica-1");

    driver.pass(2000);
    assertThat(driver.shard(1).replicas()).containsExactly("replica-1", "replica-2");

    driver.change(new MapChange.SetInSync(1, 1, 2, Set.of("shard-1")));
    driver.step();
    assertThat(driver.shard(1).replicas()).containsExactly("replica-2");
  }

  @Test
  void aNodeThatIsGoneLeavesTheMapUnlessItCarriesACopy() {
    LoopDriver driver = LoopDriver.running(1, 1);
    driver.join("gateway-1", Role.GATEWAY, 0);
    driver.step();
    driver.node("gateway-1").up = false;
    driver.node("replica-1").up = false;
    driver.pass(ControlSettings.NODE_FORGOTTEN_MILLIS - 500);
    assertThat(driver.map.node("gateway-1")).isNotNull();

    driver.pass(1000);

    assertThat(driver.map.node("gateway-1")).isNull();
    assertThat(driver.map.node("replica-1")).isNotNull();
  }

  @Test
  void nothingIsProposedWhileTheMapIsAsItShouldBe() {
    LoopDriver driver = LoopDriver.running(3, 1);

    driver.pass(5000);

    assertThat(driver.proposed).isEmpty();
  }

  // Leadership

  @Test
  void aSilentLeaderIsReplacedWhenItsLeaseIsOverAndNotBefore() {
    LoopDriver driver = LoopDriver.running(1, 1);
    driver.node("shard-1").up = false;
    driver.pass(LEASE_WAIT_MILLIS - ControlSettings.TICK_MILLIS);
    assertThat(driver.shard(1).leader()).isEqualTo("shard-1");

    driver.pass(2 * ControlSettings.TICK_MILLIS);

    assertThat(driver.shard(1).leader()).isEqualTo("replica-1");
    assertThat(driver.shard(1).epoch()).isEqualTo(2);
    assertThat(driver.shard(1).inSync()).containsExactly("replica-1");
  }

  @Test
  void theNewestInSyncCopyWins() {
    LoopDriver driver = LoopDriver.running(1, 3);
    driver.change(new MapChange.SetInSync(1, 1, 2, Set.of("shard-1", "replica-1", "replica-2")));
    driver.node("replica-1").offset = 100;
    driver.node("replica-2").offset = 120;
    driver.node("replica-3").offset = 500;
    driver.node("shard-1").up = false;

    driver.pass(LEASE_WAIT_MILLIS + 200);

    assertThat(driver.shard(1).leader()).isEqualTo("replica-2");
  }

  @Test
  void aLogOfALaterEpochIsNewerThanALongerOne() {
    LoopDriver driver = LoopDriver.running(1, 2);
    driver.node("replica-1").offset = 100;
    driver.node("replica-2").offset = 900;
    driver.node("replica-2").logEpoch = 0;
    driver.node("shard-1").up = false;

    driver.pass(LEASE_WAIT_MILLIS + 200);

    assertThat(driver.shard(1).leader()).isEqualTo("replica-1");
  }

  @Test
  void aCopyInTheMiddleOfASyncIsNotPromoted() {
    LoopDriver driver = LoopDriver.running(1, 1);
    driver.node("replica-1").offset = -1;
    driver.node("shard-1").up = false;

    driver.pass(60_000);

    assertThat(driver.shard(1).epoch()).isEqualTo(1);
  }

  @Test
  void aPromotionWaitsForInSyncCopiesOnlyAsLongAsTheGrace() {
    LoopDriver driver = LoopDriver.running(1, 2);
    driver.node("shard-1").up = false;
    driver.node("replica-2").up = false;
    driver.pass(ControlSettings.SILENCE_MILLIS + ControlSettings.GRACE_MILLIS - 200);
    assertThat(driver.shard(1).epoch()).isEqualTo(1);

    driver.pass(600);

    assertThat(driver.shard(1).leader()).isEqualTo("replica-1");
  }

  @Test
  void aRestartedCopyIsNotPromotedInsteadOfASilentOneThatMayHaveMore() {
    LoopDriver driver = LoopDriver.running(1, 2);
    driver.node("replica-1").mayLack = true;
    driver.node("replica-1").offset = 60;
    driver.node("replica-2").offset = 100;
    driver.node("replica-2").up = false;
    driver.node("shard-1").up = false;
    driver.pass(10 * ControlSettings.GRACE_MILLIS);
    assertThat(driver.shard(1).epoch()).isEqualTo(1);

    driver.node("replica-2").up = true;
    driver.pass(1000);

    assertThat(driver.shard(1).leader()).isEqualTo("replica-2");
  }

  @Test
  void aRestartedCopyIsPromotedWhenTheOthersStayAway() {
    LoopDriver driver = LoopDriver.running(1, 1);
    driver.node("replica-1").mayLack = true;
    driver.node("shard-1").up = false;

    driver.pass(ControlSettings.REPLICA_LOST_MILLIS + 2000);

    assertThat(driver.shard(1).leader()).isEqualTo("replica-1");
  }

  @Test
  void aRestartedCopyOfALaterEpochGivesWayToAWholeOne() {
    LoopDriver driver = LoopDriver.running(1, 2);
    driver.node("replica-1").mayLack = true;
    driver.node("replica-1").offset = 60;
    driver.node("replica-2").offset = 100;
    driver.node("replica-2").logEpoch = 0;
    driver.node("shard-1").up = false;

    driver.pass(LEASE_WAIT_MILLIS + 200);

    assertThat(driver.shard(1).leader()).isEqualTo("replica-2");
  }

  @Test
  void aRestartedLeaderLeadsAgainWhenItHasMore() {
    LoopDriver driver = LoopDriver.running(1, 1);
    restart(driver.node("shard-1"), 51);
    driver.node("replica-1").offset = 50;

    driver.pass(LEASE_WAIT_MILLIS + 400);

    assertThat(driver.shard(1).leader()).isEqualTo("shard-1");
    assertThat(driver.shard(1).incarnation()).isEqualTo(2);
    assertThat(driver.shard(1).epoch()).isEqualTo(2);
    assertThat(driver.shard(1).inSync()).hasSize(2);
  }

  @Test
  void aReportThatWasLongUnderWayProvesNothing() {
    LoopDriver driver = LoopDriver.running(1, 1);
    NodeReport early = driver.report(driver.node("replica-1"));
    driver.node("replica-1").offset = 52;
    restart(driver.node("shard-1"), 51);
    driver.node("replica-1").up = false;
    driver.pass(LEASE_WAIT_MILLIS);
    for (int i = 0; i < 10; i++) {
      driver.loop.heartbeat(early, driver.nowMillis);
      driver.step();
    }
    assertThat(driver.shard(1).epoch()).isEqualTo(1);

    driver.node("replica-1").up = true;
    driver.steps(2);

    assertThat(driver.shard(1).leader()).isEqualTo("replica-1");
  }

  @Test
  void aRestartedLeaderThatLostItsTailGivesWay() {
    LoopDriver driver = LoopDriver.running(1, 1);
    restart(driver.node("shard-1"), 50);
    driver.node("replica-1").offset = 51;

    driver.pass(LEASE_WAIT_MILLIS + 200);

    assertThat(driver.shard(1).leader()).isEqualTo("replica-1");
  }

  @Test
  void theLastInSyncCopyIsWaitedFor() {
    LoopDriver driver = LoopDriver.running(1, 1);
    driver.change(new MapChange.SetInSync(1, 1, 2, Set.of("shard-1")));
    driver.node("shard-1").up = false;
    driver.pass(60_000);
    assertThat(driver.shard(1).epoch()).isEqualTo(1);

    driver.node("shard-1").up = true;
    restart(driver.node("shard-1"), 10);
    driver.steps(2);

    assertThat(driver.shard(1).incarnation()).isEqualTo(2);
  }

  @Test
  void aNewRebalancerWaitsForLeasesItDidNotSee() {
    LoopDriver driver = LoopDriver.running(1, 1);
    driver.node("shard-1").up = false;
    driver.becameLeader();
    driver.pass(LEASE_WAIT_MILLIS - ControlSettings.TICK_MILLIS);
    assertThat(driver.shard(1).epoch()).isEqualTo(1);

    driver.pass(2 * ControlSettings.TICK_MILLIS);

    assertThat(driver.shard(1).leader()).isEqualTo("replica-1");
  }

  @Test
  void aRestartOfEverythingNeedsNoWait() {
    LoopDriver driver = LoopDriver.running(2, 1);
    driver.nodes.values().forEach(node -> restart(node, 7));
    driver.becameLeader();

    driver.step();

    assertThat(driver.map.shards()).allMatch(shard -> shard.epoch() == 2);
    assertThat(driver.shard(1).leader()).isEqualTo("shard-1");
  }

  @Test
  void atEpochZeroAnyCopyMayTakeThePlaceOfALeaderThatNeverCame() {
    LoopDriver driver = LoopDriver.running(1, 0);
    driver.join("shard-2", Role.SHARD, 0);
    driver.join("replica-2", Role.REPLICA, 0);
    driver.step();
    driver.node("shard-2").up = false;
    driver.pass(2 * ControlSettings.SILENCE_MILLIS);
    driver.change(
        new MapChange.CreateShard(
            new MapChange.ShardPlacement(2, "shard-2", List.of("replica-2"))));
    driver.pass(ControlSettings.GRACE_MILLIS - 500);
    assertThat(driver.shard(2).epoch()).isZero();

    driver.pass(1000);

    assertThat(driver.shard(2).leader()).isEqualTo("replica-2");
    assertThat(driver.shard(2).inSync()).containsExactly("replica-2");
  }

  // Leases

  @Test
  void aLeaseGoesOnlyToThePromotedStartOfTheLeader() {
    LoopDriver driver = LoopDriver.running(2, 1);

    assertThat(driver.heartbeat("shard-1"))
        .containsExactly(new Lease(1, 1, ControlSettings.LEASE_MILLIS));
    assertThat(driver.heartbeat("replica-1")).isEmpty();
    restart(driver.node("shard-1"), 0);
    assertThat(driver.heartbeat("shard-1")).isEmpty();
  }

  @Test
  void leasesShrinkAndEndWhenLeadershipIsNotConfirmed() {
    LoopDriver driver = LoopDriver.running(1, 1);
    driver.nowMillis += ControlSettings.LEASE_MILLIS - 500;
    assertThat(driver.heartbeat("shard-1")).containsExactly(new Lease(1, 1, 500));
    driver.nowMillis += 500;
    assertThat(driver.heartbeat("shard-1")).isEmpty();

    driver.loop.leadershipConfirmed(driver.nowMillis);
    assertThat(driver.heartbeat("shard-1")).hasSize(1);
    driver.loop.lostLeadership();
    assertThat(driver.heartbeat("shard-1")).isEmpty();
    assertThat(driver.tick()).isEmpty();
  }

  @Test
  void noLeaseIsGrantedWhileAPromotionIsUnderWay() {
    LoopDriver driver = LoopDriver.running(1, 1);
    MapChange promotion = promotionProposed(driver);

    assertThat(driver.heartbeat("shard-1")).isEmpty();
    assertThat(driver.tick()).isEmpty();

    driver.loop.answered(promotion, new ChangeAnswer.Accepted(driver.map.version() + 1));
    assertThat(driver.heartbeat("shard-1")).isEmpty();
  }

  @Test
  void aRefusedPromotionLetsTheOldLeaderGoOn() {
    LoopDriver driver = LoopDriver.running(1, 1);
    MapChange promotion = promotionProposed(driver);
    driver.loop.leadershipConfirmed(driver.nowMillis);

    driver.loop.answered(promotion, new ChangeAnswer.Refused("no"));

    assertThat(driver.heartbeat("shard-1")).hasSize(1);
    assertThat(driver.tick()).isEmpty();
  }

  @Test
  void aPromotionOfUnknownFateIsSettledByAnother() {
    LoopDriver driver = LoopDriver.running(1, 1);
    MapChange promotion = promotionProposed(driver);
    driver.loop.leadershipConfirmed(driver.nowMillis);
    driver.loop.answered(promotion, new ChangeAnswer.Unknown("no quorum"));
    driver.node("shard-1").up = true;
    assertThat(driver.heartbeat("shard-1")).isEmpty();

    driver.pass(1000);

    assertThat(driver.shard(1).epoch()).isEqualTo(2);
    assertThat(driver.heartbeat(driver.shard(1).leader())).hasSize(1);
  }

  /** The leader is silent, a promotion is proposed but not answered, then the leader is back. */
  private static MapChange promotionProposed(LoopDriver driver) {
    driver.node("shard-1").up = false;
    driver.pass(LEASE_WAIT_MILLIS - ControlSettings.TICK_MILLIS);
    driver.nowMillis += 2 * ControlSettings.TICK_MILLIS;
    List<MapChange> changes = driver.tick();
    assertThat(changes).hasSize(1).first().isInstanceOf(MapChange.Promote.class);
    return changes.getFirst();
  }

  // In-sync sets and planned switches

  @Test
  void anInSyncSetIsChangedAsItsLeaderWishes() {
    LoopDriver driver = LoopDriver.running(1, 1);
    driver.node("shard-1").wantedInSync = Set.of("shard-1", "not-a-copy");
    driver.node("shard-1").inSyncRevision = 2;
    driver.steps(3);

    assertThat(driver.shard(1).inSync()).containsExactly("shard-1");
    assertThat(driver.proposed).hasSize(1);

    driver.node("replica-1").wantedInSync = Set.of("replica-1");
    driver.node("replica-1").inSyncRevision = 9;
    driver.steps(3);
    assertThat(driver.proposed).hasSize(1);
  }

  @Test
  void aPlannedSwitchNeedsNoWaitOnceTheLeaderHasHandedOver() {
    LoopDriver driver = LoopDriver.running(1, 1);
    long handover = driver.change(new MapChange.SetSuccessor(1, 1, "replica-1"));
    driver.steps(3);
    assertThat(driver.shard(1).leader()).isEqualTo("shard-1");

    driver.node("shard-1").handover = handover;
    assertThat(driver.heartbeat("shard-1")).isEmpty();
    driver.step();

    assertThat(driver.shard(1).leader()).isEqualTo("replica-1");
    assertThat(driver.shard(1).inSync()).containsExactlyInAnyOrder("replica-1", "shard-1");
    assertThat(driver.heartbeat("replica-1")).hasSize(1);
  }

  @Test
  void anEarlierHandoverDoesNotCountForALaterOne() {
    LoopDriver driver = LoopDriver.running(1, 1);
    driver.node("shard-1").handover = driver.change(new MapChange.SetSuccessor(1, 1, "replica-1"));
    driver.change(new MapChange.SetSuccessor(1, 1, null));
    driver.change(new MapChange.SetSuccessor(1, 1, "replica-1"));

    driver.steps(3);

    assertThat(driver.shard(1).leader()).isEqualTo("shard-1");
  }

  @Test
  void aSuccessorThatHasRestartedIsWaitedForUntilItIsInSyncAgain() {
    LoopDriver driver = LoopDriver.running(1, 1);
    driver.node("replica-1").incarnation = 2;
    driver.node("replica-1").mayLack = true;
    driver.node("shard-1").handover = driver.change(new MapChange.SetSuccessor(1, 1, "replica-1"));
    driver.steps(3);
    assertThat(driver.shard(1).leader()).isEqualTo("shard-1");

    driver.node("replica-1").mayLack = false;
    driver.step();

    assertThat(driver.shard(1).leader()).isEqualTo("replica-1");
  }

  @Test
  void aSwitchThatTakesTooLongIsGivenUp() {
    LoopDriver driver = LoopDriver.running(1, 1);
    driver.change(new MapChange.SetSuccessor(1, 1, "replica-1"));
    driver.pass(ControlSettings.HANDOVER_MILLIS);
    assertThat(driver.shard(1).successor()).isEqualTo("replica-1");

    driver.pass(500);

    assertThat(driver.shard(1).successor()).isNull();
    assertThat(driver.shard(1).epoch()).isEqualTo(1);
  }

  @Test
  void aSwitchToASilentSuccessorIsGivenUp() {
    LoopDriver driver = LoopDriver.running(1, 1);
    driver.node("replica-1").up = false;
    driver.node("shard-1").handover = driver.change(new MapChange.SetSuccessor(1, 1, "replica-1"));
    driver.nowMillis += ControlSettings.SILENCE_MILLIS;
    driver.pass(300);

    assertThat(driver.shard(1).successor()).isNull();
    assertThat(driver.shard(1).leader()).isEqualTo("shard-1");
  }

  // Operations

  @Test
  void aShardIsAddedOnceANodeIsFree() {
    LoopDriver driver = LoopDriver.running(3, 1);
    long id = begin(driver, Operation.Kind.ADD_SHARD, Operation.State.WAITING_FOR_NODE, 0);
    driver.steps(3);
    assertThat(driver.map.operation(id).detail())
        .isEqualTo("waits for a free node with the shard role");

    driver.join("shard-7", Role.SHARD, 7);
    driver.join("replica-7", Role.REPLICA, 7);
    driver.steps(3);
    assertThat(driver.shard(7).replicas()).containsExactly("replica-7");
    assertThat(driver.map.operation(id).total()).isEqualTo(4096);
    assertThat(driver.map.moves().stream().map(Move::from))
        .as("all shards give side by side")
        .containsExactlyInAnyOrder(1, 1, 2, 2, 3, 3);

    carryOn(driver, id);
    assertThat(driver.map.slotsOf(7)).isEqualTo(4096);
    Operation operation = driver.map.operation(id);
    assertThat(operation.state()).isEqualTo(Operation.State.DONE);
    assertThat(operation.done()).isEqualTo(operation.total()).isEqualTo(4096);
    assertThat(operation.endedMillis()).isGreaterThan(LoopDriver.WALL_MILLIS);
  }

  @Test
  void aShardIsDrainedAndLeaves() {
    LoopDriver driver = LoopDriver.running(3, 1);
    long id = begin(driver, Operation.Kind.REMOVE_SHARD, Operation.State.RUNNING, 2);
    driver.steps(2);
    assertThat(driver.shard(2).draining()).isTrue();
    assertThat(driver.map.moves()).hasSize(Operations.MOVES_PER_SOURCE_MAX);

    carryOn(driver, id);

    assertThat(driver.map.operation(id).state()).isEqualTo(Operation.State.DONE);
    assertThat(driver.shard(2)).isNull();
    assertThat(driver.map.slotsOf(1) + driver.map.slotsOf(3)).isEqualTo(16384);
  }

  @Test
  void operationsMovePartitionsOneAfterAnother() {
    LoopDriver driver = LoopDriver.running(3, 0);
    long first = driver.change(new MapChange.MovePartitions(2, new int[] {1, 2, 3}, 0));
    long second = begin(driver, Operation.Kind.REBALANCE, Operation.State.RUNNING, 0);
    driver.steps(2);
    assertThat(driver.map.operation(second).detail()).isEqualTo("waits for operation %d", first);
    assertThat(driver.map.moves()).hasSize(1);

    driver.commitMoves(10);
    driver.steps(2);
    assertThat(driver.map.operation(first).state()).isEqualTo(Operation.State.DONE);
    carryOn(driver, second);
    assertThat(driver.map.slotsOf(2)).isEqualTo(5462);
  }

  @Test
  void aPausedOperationLetsOthersPassAndGoesOnLater() {
    LoopDriver driver = LoopDriver.running(2, 0);
    long paused = driver.change(new MapChange.MovePartitions(2, new int[] {1, 2, 3}, 0));
    driver.steps(2);
    driver.commitMoves(1);
    driver.change(new MapChange.PauseOperation(paused, true));
    driver.steps(3);
    assertThat(driver.map.moves()).isEmpty();

    long other = driver.change(new MapChange.MovePartitions(2, new int[] {7}, 0));
    carryOn(driver, other);
    assertThat(driver.map.shardOf(7)).isEqualTo(2);

    driver.change(new MapChange.PauseOperation(paused, false));
    carryOn(driver, paused);
    assertThat(driver.map.operation(paused).done()).isEqualTo(3);
    assertThat(driver.map.operation(paused).total()).isEqualTo(3);
  }

  @Test
  void aCancelledOperationMovesNothingMore() {
    LoopDriver driver = LoopDriver.running(2, 0);
    long id = begin(driver, Operation.Kind.REMOVE_SHARD, Operation.State.RUNNING, 2);
    driver.steps(3);
    driver.commitMoves(100);
    driver.change(new MapChange.CancelOperation(id, 5));
    driver.steps(5);

    assertThat(driver.map.moves()).isEmpty();
    assertThat(driver.shard(2).draining()).isFalse();
    assertThat(driver.map.slotsOf(2)).isEqualTo(8192 - 200);
  }

  @Test
  void aMoveToAShardThatLeavesFails() {
    LoopDriver driver = LoopDriver.running(3, 0);
    long id = driver.change(new MapChange.MovePartitions(3, new int[] {1}, 0));
    driver.step();
    driver.change(new MapChange.SetDraining(3, true));
    driver.step();

    assertThat(driver.map.operation(id).state()).isEqualTo(Operation.State.FAILED);
    assertThat(driver.map.operation(id).detail()).isEqualTo("shard 3 takes no partitions");
    assertThat(driver.map.moves()).isEmpty();
  }

  @Test
  void anotherRebalancerCarriesOperationsOn() {
    LoopDriver driver = LoopDriver.running(2, 0);
    long id = begin(driver, Operation.Kind.REMOVE_SHARD, Operation.State.RUNNING, 2);
    for (int round = 0; driver.map.operation(id).state() == Operation.State.RUNNING; round++) {
      assertThat(round).isLessThan(500);
      driver.loop = new ControlLoop(driver.settings);
      driver.loop.mapChanged(driver.map);
      driver.becameLeader();
      driver.steps(2);
      driver.commitMoves(100);
    }

    assertThat(driver.map.operation(id).state()).isEqualTo(Operation.State.DONE);
    assertThat(driver.map.operation(id).done()).isEqualTo(8192);
  }

  private static long begin(
      LoopDriver driver, Operation.Kind kind, Operation.State state, int shard) {
    return driver.change(new MapChange.BeginOperation(kind, state, shard, 0, ""));
  }

  private static void carryOn(LoopDriver driver, long operation) {
    for (int round = 0; !driver.map.operation(operation).ended(); round++) {
      assertThat(round).isLessThan(500);
      driver.step();
      driver.commitMoves(200);
    }
  }

  private static void restart(FakeNode node, long offset) {
    node.incarnation++;
    node.offset = offset;
    node.logEpoch = 1;
    node.mayLack = true;
  }
}
