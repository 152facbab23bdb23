package io.github.rollcallmock.junit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs test classes whose outcome is looked at instead of told, each with a server of its own. */
final class Suite implements TestExecutionListener {
    private static final String MARK = "rollcall.suite";

    /** For classes that only a suite is to run. */
    static final class Only implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return context.getConfigurationParameter(MARK).isPresent() ? ConditionEvaluationResult.enabled("in a suite") : ConditionEvaluationResult.disabled("in no suite");
        }
    }

    final Map<String, Throwable> failures = new LinkedHashMap<>();
    final List<String> passed = new ArrayList<>();

    private Suite() {}

    static Suite run(Class<?> test, String... parameters) {
        var suite = new Suite();
        var request = LauncherDiscoveryRequestBuilder.request().selectors(selectClass(test)).configurationParameter(MARK, "true");
        for (int i = 0; i < parameters.length; i += 2) {
            request.configurationParameter(parameters[i], parameters[i + 1]);
        }
        LauncherFactory.create().execute(request.build(), suite);
        return suite;
    }

    @Override
    public synchronized void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getThrowable().isPresent()) {
            failures.put(test.getUniqueId(), result.getThrowable().get());
        } else if (test.isTest()) {
            passed.add(test.getDisplayName());
        }
    }

    /** The one failure: what it says, and what it brings along. */
    String told() {
        if (failures.size() != 1) {
            throw new AssertionError(failures.size() + " failures: " + failures);
        }
        var failure = failures.values().iterator().next();
        var lines = new StringBuilder(String.valueOf(failure.getMessage()));
        for (var more : failure.getSuppressed()) {
            lines.append('\n').append(more);
        }
        return lines.toString();
    }
}
