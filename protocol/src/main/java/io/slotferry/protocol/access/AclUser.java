package io.slotferry.protocol.access;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.CommandInfo;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A user: whether it may log in, with which passwords, and what it may do then. What one of its
 * selectors allows is allowed. Changed by who makes it, and never after others have it.
 */
public final class AclUser {
  public static final String DEFAULT = "default";

  static final String SYNTAX_ERROR = "Syntax error";
  static final String UNKNOWN_COMMAND = "Unknown command or category name in ACL";

  private static final String NO_SUCH_PASSWORD =
      "The password you are trying to remove from the user does not exist";
  private static final String BAD_HASH =
      "The password hash must be exactly 64 characters and contain only lowercase hexadecimal"
          + " characters";
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  private final String name;
  private final Set<String> passwordHashes = new LinkedHashSet<>();

  /** The first is the user's own, the others were given in parentheses. */
  private final List<Selector> selectors = new ArrayList<>();

  private boolean enabled;
  private boolean withoutPassword;
  private boolean skipsSanitizing;
  private boolean allowsAll;

  /** A user that may do nothing. */
  public AclUser(String name) {
    this.name = name;
    selectors.add(new Selector());
  }

  private AclUser(AclUser source) {
    name = source.name;
    passwordHashes.addAll(source.passwordHashes);
    source.selectors.forEach(selector -> selectors.add(new Selector(selector)));
    enabled = source.enabled;
    withoutPassword = source.withoutPassword;
    skipsSanitizing = source.skipsSanitizing;
    allowsAll = source.allowsAll;
  }

  /** A user of these rules, which are a user's {@link #rules}. */
  public static AclUser of(String name, String rules) {
    AclUser user = new AclUser(name);
    // A rule about a command that an older or newer gateway knows, and this one does not, is void.
    for (String modifier : Modifiers.of(List.of(rules.split(" ")))) {
      var _ = user.changeOne(modifier, false);
    }
    user.allowsAll = user.selectors.stream().anyMatch(Selector::allowsAll);
    return user;
  }

  public AclUser copy() {
    return new AclUser(this);
  }

  // ---- changes

  /**
   * Carries modifiers of ACL SETUSER out.
   *
   * @param allChannels whether a reset allows all channels
   * @return what is wrong with them, after which this object is of no use
   */
  public @Nullable String change(List<String> modifiers, boolean allChannels) {
    String open = Modifiers.unclosed(modifiers);
    if (open != null) {
      return "Unmatched parenthesis in acl selector starting at '" + open + "'.";
    }
    for (String modifier : Modifiers.of(modifiers)) {
      String error = changeOne(modifier, allChannels);
      if (error != null) {
        return "Error in ACL SETUSER modifier '" + modifier + "': " + error;
      }
    }
    allowsAll = selectors.stream().anyMatch(Selector::allowsAll);
    return null;
  }

  private @Nullable String changeOne(String modifier, boolean allChannels) {
    if (modifier.isEmpty()) {
      return null;
    }
    switch (modifier.toLowerCase(Locale.ROOT)) {
      case "on" -> enabled = true;
      case "off" -> enabled = false;
      case "skip-sanitize-payload" -> skipsSanitizing = true;
      case "sanitize-payload" -> skipsSanitizing = false;
      case "nopass" -> setPasswords(true);
      case "resetpass" -> setPasswords(false);
      case "clearselectors" -> selectors.subList(1, selectors.size()).clear();
      case "reset" -> reset(allChannels);
      default -> {
        return changeSpecial(modifier);
      }
    }
    return null;
  }

  private void setPasswords(boolean none) {
    withoutPassword = none;
    passwordHashes.clear();
  }

  private void reset(boolean allChannels) {
    setPasswords(false);
    enabled = false;
    skipsSanitizing = false;
    selectors.clear();
    Selector own = new Selector();
    if (allChannels) {
      var _ = own.change("allchannels");
    }
    selectors.add(own);
  }

  private @Nullable String changeSpecial(String modifier) {
    String rest = modifier.substring(1);
    return switch (modifier.charAt(0)) {
      case '>' -> addPassword(hash(rest.getBytes(StandardCharsets.ISO_8859_1)));
      case '#' -> HASH.matcher(rest).matches() ? addPassword(rest) : BAD_HASH;
      case '<' -> removePassword(hash(rest.getBytes(StandardCharsets.ISO_8859_1)));
      case '!' -> HASH.matcher(rest).matches() ? removePassword(rest) : BAD_HASH;
      case '(' ->
          modifier.endsWith(")")
              ? addSelector(modifier.substring(1, modifier.length() - 1))
              : selectors.getFirst().change(modifier);
      default -> selectors.getFirst().change(modifier);
    };
  }

  private @Nullable String addPassword(String hash) {
    passwordHashes.add(hash);
    withoutPassword = false;
    return null;
  }

  private @Nullable String removePassword(String hash) {
    return passwordHashes.remove(hash) ? null : NO_SUCH_PASSWORD;
  }

  private @Nullable String addSelector(String modifiers) {
    Selector selector = new Selector();
    for (String modifier : modifiers.split(" ")) {
      String error = modifier.isEmpty() ? null : selector.change(modifier);
      if (error != null) {
        return error;
      }
    }
    selectors.add(selector);
    return null;
  }

  // ---- questions

  public String name() {
    return name;
  }

  public boolean isEnabled() {
    return enabled;
  }

  /** Whether any password is right. */
  public boolean isWithoutPassword() {
    return withoutPassword;
  }

  /** Whether it may log in with this password. */
  public boolean accepts(byte[] password) {
    if (!enabled || withoutPassword) {
      return enabled;
    }
    byte[] hash = hash(password).getBytes(StandardCharsets.US_ASCII);
    boolean found = false;
    for (String known : passwordHashes) {
      found |= MessageDigest.isEqual(hash, known.getBytes(StandardCharsets.US_ASCII));
    }
    return found;
  }

  private static String hash(byte[] password) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(password));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Whether it may do everything. */
  public boolean allowsAll() {
    return allowsAll;
  }

  /** Why it may not run a command; null when it may. */
  public @Nullable Denial denial(CommandInfo command, Request request) {
    Denial denial = Denial.OF_COMMAND;
    for (Selector selector : selectors) {
      Denial ofSelector = selector.denial(command, request);
      if (ofSelector == null) {
        return null;
      }
      denial = denial.orRather(ofSelector);
    }
    return denial;
  }

  /** Why it may not use an option of SORT that reaches keys nobody can name before. */
  public @Nullable String sortRefusal(CommandInfo command, Request request) {
    if (!command.name().startsWith("sort") || readsAllKeys(command, request)) {
      return null;
    }
    for (int i = 2; i + 1 < request.count(); i++) {
      boolean by = request.is(i, "BY") && request.text(i + 1).indexOf('*') >= 0;
      if (by || request.is(i, "GET")) {
        return "ERR "
            + (by ? "BY" : "GET")
            + " option of SORT denied due to insufficient ACL permissions.";
      }
    }
    return null;
  }

  private boolean readsAllKeys(CommandInfo command, Request request) {
    for (Selector selector : selectors) {
      if (selector.readsAllKeys() && selector.denial(command, request) == null) {
        return true;
      }
    }
    return false;
  }

  /** Whether it may listen to a channel, or to the channels of a pattern. */
  public boolean allowsChannel(String name, boolean isPattern) {
    return selectors.stream().anyMatch(selector -> selector.allowsChannel(name, isPattern));
  }

  static boolean hasBlank(String text) {
    return text.chars().anyMatch(c -> c == 0 || c == ' ' || (c >= '\t' && c <= '\r'));
  }

  /** Whether a user may be called so. */
  public static boolean isName(String name) {
    return !hasBlank(name);
  }

  // ---- as text

  public List<String> flags() {
    List<String> flags = new ArrayList<>();
    flags.add(enabled ? "on" : "off");
    if (withoutPassword) {
      flags.add("nopass");
    }
    flags.add(skipsSanitizing ? "skip-sanitize-payload" : "sanitize-payload");
    return flags;
  }

  public List<String> passwordHashes() {
    return List.copyOf(passwordHashes);
  }

  /** The first is the user's own. */
  public List<Selector> selectors() {
    return List.copyOf(selectors);
  }

  /** The modifiers that make this user, as ACL LIST shows them. */
  public String rules() {
    StringBuilder text = new StringBuilder(String.join(" ", flags())).append(' ');
    passwordHashes.forEach(hash -> text.append('#').append(hash).append(' '));
    text.append(selectors.getFirst());
    selectors.stream().skip(1).forEach(each -> text.append(" (").append(each).append(')'));
    return text.toString();
  }
}
