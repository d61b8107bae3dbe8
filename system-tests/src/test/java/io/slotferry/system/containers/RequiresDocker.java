package io.slotferry.system.containers;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Skips a test class, with the reason, where no Docker engine answers. In a build that must not
 * skip it ({@code CI=true}) the missing engine is a failure.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresDocker.Condition.class)
@interface RequiresDocker {

  /** The condition behind the annotation. */
  final class Condition implements ExecutionCondition, BeforeAllCallback {
    private static final boolean MUST_RUN = "true".equals(System.getenv("CI"));

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      Optional<String> missing = Docker.missing();
      if (missing.isPresent() && !MUST_RUN) {
        return ConditionEvaluationResult.disabled(missing.get());
      }
      return ConditionEvaluationResult.enabled("a Docker engine answers, or CI demands one");
    }

    @Override
    public void beforeAll(ExtensionContext context) {
      Docker.missing()
          .ifPresent(reason -> {
            throw new AssertionError("CI=true demands a Docker engine: " + reason);
          });
    }
  }
}
