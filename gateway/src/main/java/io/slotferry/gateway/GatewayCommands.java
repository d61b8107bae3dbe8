package io.slotferry.gateway;

import io.slotferry.protocol.command.Command;
import java.util.EnumMap;
import java.util.Map;

/** Which class answers which of the gateway's own commands. Immutable. */
final class GatewayCommands {
  private static final Map<Command, GatewayCommand> COMMANDS = new EnumMap<>(Command.class);

  static {
    ConnectionCommands.bind(COMMANDS);
    COMMANDS.put(Command.CLIENT, ClientCommands.TABLE);
    COMMANDS.put(Command.COMMAND, CommandCommands.TABLE);
    COMMANDS.put(Command.ACL, AclCommands.TABLE);
    COMMANDS.put(Command.CONFIG, ConfigCommands.TABLE);
    COMMANDS.put(Command.LATENCY, LatencyCommands.TABLE);
    COMMANDS.put(Command.SLOWLOG, SlowLogCommands.TABLE);
    COMMANDS.put(Command.SCRIPT, ScriptCommands.TABLE);
    COMMANDS.put(Command.FUNCTION, FunctionCommands.TABLE);
    COMMANDS.put(Command.CLUSTER, ClusterCommands.TABLE);
    ServerCommands.bind(COMMANDS);
    TransactionCommands.bind(COMMANDS);
    PubSubCommands.bind(COMMANDS);
  }

  private GatewayCommands() {}

  static GatewayCommand of(Command command) {
    GatewayCommand found = COMMANDS.get(command);
    if (found == null) {
      throw new IllegalArgumentException(command + " is not the gateway's own");
    }
    return found;
  }
}
