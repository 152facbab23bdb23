// Huawei's Java SDK, told a region of its own and no endpoint, and nothing of rollcall but JAVA_TOOL_OPTIONS.
//
//     rollcall run --tls auto --proxy --auth strict -- java -cp "$(cat target/sdk/java/huawei/classpath)" Regions.java
//
// tests/steps/25-https takes the variables away that would lead the SDK here over http.
import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.rocketmq.v2.RocketMQClient;
import com.huaweicloud.sdk.rocketmq.v2.model.ListUserRequest;
import com.huaweicloud.sdk.rocketmq.v2.region.RocketMQRegion;
import com.huaweicloud.sdk.workspace.v2.WorkspaceClient;
import com.huaweicloud.sdk.workspace.v2.model.ListUsersRequest;
import com.huaweicloud.sdk.workspace.v2.region.WorkspaceRegion;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;

public class Regions {
    static final String INSTANCE = "0d3f1c52-6f0e-4c43-9a55-5b1d6f5c5000";

    /** Without a project: the SDK asks the real IAM for it. */
    static BasicCredentials key() {
        return new BasicCredentials().withAk(System.getenv("HUAWEICLOUD_SDK_AK")).withSk(System.getenv("HUAWEICLOUD_SDK_SK"));
    }

    static int listWorkspace() {
        var client = WorkspaceClient.newBuilder().withCredential(key()).withRegion(WorkspaceRegion.CN_NORTH_4).build();
        return client.listUsers(new ListUsersRequest().withLimit("3")).getUsers().size();
    }

    static int listRocketmq() {
        var client = RocketMQClient.newBuilder().withCredential(key()).withRegion(RocketMQRegion.CN_NORTH_4).build();
        return client.listUser(new ListUserRequest().withInstanceId(INSTANCE)).getUsers().size();
    }

    /** The newest call, as rollcall itself saw it. */
    static String newest() throws Exception {
        var journal = URI.create(System.getenv("ROLLCALL_URL") + "/_rollcall/journal?limit=1&namespace=*").toURL();
        return new String(journal.openStream().readAllBytes()).replaceAll("\\s", "");
    }

    public static void main(String[] arguments) {
        int failed = 0;
        List<Map.Entry<String, Callable<Integer>>> cases =
            List.of(Map.entry("huawei-workspace", Regions::listWorkspace), Map.entry("huawei-rocketmq", Regions::listRocketmq));
        for (var each : cases) {
            try {
                int users = each.getValue().call();
                String seen = newest();
                for (String part : List.of("\"scheme\":\"https\"", "\"provider\":\"" + each.getKey() + "\"", "\"status\":200")) {
                    if (users < 1 || !seen.contains(part)) {
                        throw new AssertionError(users + " users, no " + part + " in " + seen);
                    }
                }
            } catch (Throwable problem) {
                failed++;
                System.out.println("FAIL  " + each.getKey() + ": " + Objects.toString(problem).replaceAll("\\s+", " "));
            }
        }
        System.out.println((cases.size() - failed) + " passed, " + failed + " failed");
        // Without waiting for the threads that the SDK leaves.
        Runtime.getRuntime().halt(failed == 0 ? 0 : 1);
    }
}
