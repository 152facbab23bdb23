package io.github.rollcallmock.junit;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Parameter;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Creates a namespace for each test, or for each class, and drops it afterwards. Enabled by {@link Rollcall}, or registered as a field:
 *
 * <pre>{@code
 * @RegisterExtension
 * final RollcallExtension rollcall = RollcallExtension.builder().seed("empty").auth("strict").build();
 * }</pre>
 *
 * <p>An instance field creates a namespace for each test, a static field one for the class; so does an instance field if JUnit creates
 * one instance for the class.
 *
 * <p>The first namespace starts one server for the JVM, on a free port; it ends with the JVM, however that ends. If {@code
 * ROLLCALL_URL} is set, that running server is used instead. Tests may run in parallel.
 *
 * <p>The configuration parameter {@code rollcall.flags} contains additional flags for the server, such as {@code --async-polls 2}.
 */
public final class RollcallExtension implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final ExtensionContext.Namespace STORE = ExtensionContext.Namespace.create(RollcallExtension.class);

    private final Options built; // null where annotations say it
    // For a field: the namespaces in use on each thread, innermost first. A thread may run other tests while it waits for those of a class.
    private final ThreadLocal<Deque<RollcallNamespace>> ofThread = ThreadLocal.withInitial(ArrayDeque::new);
    // Each with the number of times it was entered: the tests of a class share one, on many threads.
    private final Map<RollcallNamespace, Integer> inUse = new ConcurrentHashMap<>();

    /** For {@code @ExtendWith}, as used by {@link Rollcall}. */
    public RollcallExtension() {
        this(null);
    }

    private RollcallExtension(Options built) {
        this.built = built;
    }

    /** An extension for a field with {@code @RegisterExtension}. */
    public static Builder builder() {
        return new Builder();
    }

    /** Configures the namespaces of an extension. */
    public static final class Builder {
        private final Options options = new Options();

        private Builder() {}

        /** As {@link Rollcall#seed}; may be called repeatedly. */
        public Builder seed(String seed) {
            options.seed(seed);
            return this;
        }

        /** A seed document as maps, lists, strings, numbers and booleans. */
        public Builder seed(Map<String, ?> seed) {
            options.seed(seed);
            return this;
        }

        /** How strictly authentication is checked: off, lenient or strict; for all providers or only for those named. */
        public Builder auth(String mode, String... providers) {
            for (String provider : providers.length == 0 ? new String[] {"*"} : providers) {
                options.set("auth", provider, mode);
            }
            return this;
        }

        /** Selects an alternative where the sources disagree: {@code quirk("aliyun-ehpc.user-id", "number")}. */
        public Builder quirk(String name, String value) {
            options.set("quirks", name, value);
            return this;
        }

        /** Freezes the clock at this time. */
        public Builder clock(Instant at) {
            options.clock = at;
            return this;
        }

        /** Fails a test if a call matched no operation of any provider. */
        public Builder strict() {
            options.isStrict = true;
            return this;
        }

        public RollcallExtension build() {
            return new RollcallExtension(options);
        }
    }

    // The methods of a field.

    /** The namespace of the test, or of the class, that is running on this thread. */
    public RollcallNamespace namespace() {
        RollcallNamespace mine = ofThread.get().peek();
        if (mine != null) {
            return mine;
        }
        // A thread of the code under test.
        List<RollcallNamespace> all = new ArrayList<>(inUse.keySet());
        if (all.size() == 1) {
            return all.get(0);
        }
        throw new IllegalStateException(all.isEmpty()
            ? "there is a namespace only while a test runs; register the extension with @RegisterExtension"
            : "several tests run at once, and this thread belongs to none of them; take the namespace on the test's own thread");
    }

    public String url() {
        return namespace().url();
    }

    public String endpoint() {
        return namespace().endpoint();
    }

    public String accessKey() {
        return namespace().accessKey();
    }

    public String secretKey() {
        return namespace().secretKey();
    }

    /** As {@link RollcallNamespace#fail(String, String)}. */
    public Failing fail(String provider, String operation) {
        return namespace().fail(provider, operation);
    }

    /** As {@link RollcallNamespace#assertCalled}. */
    public void assertCalled(String provider, String operation, Expected... expected) {
        namespace().assertCalled(provider, operation, expected);
    }

    /** As {@link RollcallNamespace#assertNotCalled}. */
    public void assertNotCalled(String provider, String operation, Expected... expected) {
        namespace().assertNotCalled(provider, operation, expected);
    }

    // The callbacks for JUnit.

    @Override
    public void beforeAll(ExtensionContext context) {
        if (built != null) {
            // A nested class shares that of its outer class.
            enter(made(context, key(), built));
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (built != null) {
            leave();
        }
        own(context).forEach(namespace -> {
            tellIfFailed(context, namespace);
            namespace.assertMatched();
        });
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        if (built != null) {
            RollcallNamespace ofClass = context.getStore(STORE).get(key(), RollcallNamespace.class);
            enter(ofClass == null ? made(context, key(), built) : ofClass);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (built != null) {
            leave();
        }
        // Those of the test, and those that it shares with its class.
        for (Optional<ExtensionContext> at = Optional.of(context); at.isPresent(); at = at.get().getParent()) {
            own(at.get()).forEach(namespace -> tellIfFailed(context, namespace));
        }
        own(context).forEach(RollcallNamespace::assertMatched);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == RollcallNamespace.class && (built == null || !isAnnotated(parameter, context));
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        if (built != null) {
            return ofField(parameter, context);
        }
        Optional<Rollcall> own = AnnotationSupport.findAnnotation(parameter.getParameter(), Rollcall.class);
        Optional<Rollcall> ofMethod = context.getTestMethod().flatMap(method -> AnnotationSupport.findAnnotation(method, Rollcall.class));
        if (own.or(() -> ofMethod).filter(Rollcall::perClass).isPresent()) {
            throw new ExtensionConfigurationException("perClass = true is for the class whose tests share a namespace; put that @Rollcall on the class");
        }
        if (own.isEmpty() && ofMethod.isEmpty()) {
            Class<?> owner = annotatedClass(context);
            Options options = owner == null ? new Options() : Options.of(AnnotationSupport.findAnnotation(owner, Rollcall.class).orElseThrow());
            if (options.isOfClass) {
                return ofClass(context, owner, "class " + owner.getName(), options);
            }
            needsTest(parameter.getParameter(), context, "add perClass = true to the class's @Rollcall");
            return made(context, "test", options);
        }
        needsTest(parameter.getParameter(), context, "put the annotation on the class, with perClass = true");
        // A parameter's own annotation creates a separate namespace.
        String key = own.isEmpty() ? "test" : parameter.getDeclaringExecutable() + " " + parameter.getIndex();
        return made(context, key, Options.of(own.or(() -> ofMethod).orElseThrow()));
    }

    private RollcallNamespace ofField(ParameterContext parameter, ExtensionContext context) {
        RollcallNamespace ofClass = context.getStore(STORE).get(key(), RollcallNamespace.class);
        if (ofClass != null) {
            return ofClass;
        }
        needsTest(parameter.getParameter(), context, "make the extension's field static");
        return made(context, key(), built);
    }

    private static void needsTest(Parameter parameter, ExtensionContext context, String otherwise) {
        if (context.getTestMethod().isEmpty()) {
            throw new ExtensionConfigurationException("the parameter " + parameter + " is filled before there is a test, whose namespace it could be; " + otherwise);
        }
    }

    /** Whether the annotation, rather than a field, configures this parameter. */
    private static boolean isAnnotated(ParameterContext parameter, ExtensionContext context) {
        return parameter.isAnnotated(Rollcall.class) || context.getElement().flatMap(one -> AnnotationSupport.findAnnotation(one, Rollcall.class)).isPresent()
            || annotatedClass(context) != null;
    }

    /** The annotated class of the test, or the innermost enclosing one, or else null. */
    private static Class<?> annotatedClass(ExtensionContext context) {
        Class<?> at = context.getTestClass().orElse(null);
        while (at != null && AnnotationSupport.findAnnotation(at, Rollcall.class).isEmpty()) {
            at = at.getEnclosingClass();
        }
        return at;
    }

    private String key() {
        return "field " + System.identityHashCode(this);
    }

    private static Server server(ExtensionContext context) {
        List<String> flags = context.getConfigurationParameter("rollcall.flags").map(text -> List.of(text.strip().split("\\s+"))).orElse(List.of());
        return get(context.getRoot(), "server", Server.class, () -> Server.obtain(System.getenv(), flags));
    }

    /** The namespace shared by all tests of this class. */
    private static RollcallNamespace ofClass(ExtensionContext context, Class<?> owner, String key, Options options) {
        ExtensionContext at = context;
        while (at.getTestMethod().isPresent() || !at.getTestClass().equals(Optional.of(owner))) {
            at = at.getParent().orElseThrow(() -> new IllegalStateException("no context of " + owner + " is around " + context.getUniqueId()));
        }
        return made(at, key, options);
    }

    /** The value that this context has under the key, or else the given one, which the context closes at its end. */
    private static RollcallNamespace made(ExtensionContext context, String key, Options options) {
        Server server = server(context);
        Collection<RollcallNamespace> owned = owned(context);
        return get(context, key, RollcallNamespace.class, () -> {
            RollcallNamespace made = new RollcallNamespace(server, options);
            owned.add(made);
            return made;
        });
    }

    private static <T> T get(ExtensionContext context, String key, Class<T> type, Supplier<T> make) {
        return context.getStore(STORE).getOrComputeIfAbsent(key, none -> make.get(), type);
    }

    /** The namespaces created in this context itself. */
    private static Collection<RollcallNamespace> own(ExtensionContext context) {
        return List.copyOf(owned(context));
    }

    @SuppressWarnings("unchecked")
    private static Collection<RollcallNamespace> owned(ExtensionContext context) {
        // By the context's id, because a store also looks in the enclosing contexts.
        return context.getStore(STORE).getOrComputeIfAbsent("own " + context.getUniqueId(), none -> ConcurrentHashMap.newKeySet(), Set.class);
    }

    /** Attaches the failed calls to the failure of a test, however it is reported. */
    private static void tellIfFailed(ExtensionContext context, RollcallNamespace namespace) {
        context.getExecutionException().ifPresent(failure -> {
            String told = namespace.failedCalls();
            if (!told.isEmpty()) {
                failure.addSuppressed(new FailedCalls(told));
            }
        });
    }

    /** Not a failure of its own, and so without a stack trace. */
    private static final class FailedCalls extends Throwable {
        private static final long serialVersionUID = 1;

        FailedCalls(String told) {
            super(told, null, false, false);
        }

        @Override
        public String toString() {
            return getMessage();
        }
    }

    private void enter(RollcallNamespace namespace) {
        ofThread.get().push(namespace);
        inUse.merge(namespace, 1, Integer::sum);
    }

    private void leave() {
        RollcallNamespace left = ofThread.get().poll();
        if (left != null) {
            inUse.computeIfPresent(left, (none, count) -> count > 1 ? count - 1 : null);
        }
        if (ofThread.get().isEmpty()) {
            ofThread.remove();
        }
    }
}
