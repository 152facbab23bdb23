package sdktest;

import static io.github.rollcallmock.junit.Expected.param;
import static io.github.rollcallmock.junit.Expected.status;
import static io.github.rollcallmock.junit.Expected.times;
import static io.github.rollcallmock.junit.Expected.within;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.aliyun.teaopenapi.models.Config;
import com.aliyun.teaopenapi.models.OpenApiRequest;
import com.aliyun.teaopenapi.models.Params;
import com.aliyun.teautil.models.RuntimeOptions;
import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.auth.ICredential;
import com.huaweicloud.sdk.core.exception.ClientRequestException;
import com.huaweicloud.sdk.workspace.v2.WorkspaceClient;
import com.huaweicloud.sdk.workspace.v2.model.DeleteUserRequest;
import com.huaweicloud.sdk.workspace.v2.model.ListUserDetailRequest;
import com.huaweicloud.sdk.workspace.v2.model.ListUsersRequest;
import io.github.rollcallmock.junit.Call;
import io.github.rollcallmock.junit.Rollcall;
import io.github.rollcallmock.junit.RollcallExtension;
import io.github.rollcallmock.junit.RollcallNamespace;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the fragments of the README show is in these tests, line by line; tests/steps/43-java-package holds them to it. */
@Rollcall(auth = "strict")
class SdkTest {
    private static WorkspaceClient workspace(RollcallNamespace rollcall) {
        ICredential key = new BasicCredentials()
            .withAk(rollcall.accessKey()).withSk(rollcall.secretKey())
            .withProjectId("0bec5db98280d2d02fd6c00c2de791ce");
        WorkspaceClient client = WorkspaceClient.newBuilder()
            .withCredential(key)
            .withEndpoint(rollcall.url())
            .build();
        return client;
    }

    @RepeatedTest(5)
    void whatTheSdkDeletesIsGoneInItsOwnNamespaceOnly(RollcallNamespace rollcall) {
        var client = workspace(rollcall);
        var user = client.listUsers(new ListUsersRequest().withUserName("zhangsan")).getUsers().get(0);
        var detail = new ListUserDetailRequest().withUserId(user.getId());
        client.deleteUser(new DeleteUserRequest().withUserId(user.getId()));
        assertEquals("WKS.00170312", assertThrows(ClientRequestException.class, () -> client.listUserDetail(detail)).getErrorCode());
        rollcall.assertCalled("huawei-workspace", "ListUserDetail", times(1), status(400));
        rollcall.reset();
        assertEquals("zhangsan", client.listUserDetail(detail).getUserDetail().getUserName());
    }

    @Test
    void anEmptyNamespaceHasNoUsers(@Rollcall(seed = "empty", auth = "strict") RollcallNamespace rollcall) {
        assertEquals(0, workspace(rollcall).listUsers(new ListUsersRequest()).getTotalCount());
    }

    @Test
    void alibabasCoreGetsThere(RollcallNamespace rollcall) throws Exception {
        var config = new Config().setAccessKeyId(rollcall.accessKey()).setAccessKeySecret(rollcall.secretKey())
            .setEndpoint(rollcall.endpoint()).setProtocol("http").setRegionId("cn-hangzhou");
        var action = new Params().setAction("ListUsersAsync").setVersion("2018-04-12").setProtocol("HTTPS").setPathname("/").setMethod("GET").setAuthType("AK")
            .setStyle("RPC").setReqBodyType("formData").setBodyType("json");
        var request = new OpenApiRequest().setQuery(Map.of("ClusterId", "ehpc-hz-vu7c2WkVGx"));
        assertEquals(200, new com.aliyun.teaopenapi.Client(config).callApi(action, request, new RuntimeOptions()).get("statusCode"));
        rollcall.assertCalled("aliyun-ehpc", "ListUsersAsync"); // at least once
        rollcall.assertCalled("aliyun-ehpc", "ListUsersAsync", times(1), param("ClusterId", "ehpc-hz-vu7c2WkVGx"));
        rollcall.assertCalled("aliyun-ehpc", "ListUsersAsync", within(Duration.ofSeconds(1))); // by another thread
        rollcall.assertNotCalled("aliyun-ehpc", "DeleteUsers");
        for (Call call : rollcall.calls("aliyun-ehpc")) { // oldest first
            System.out.println(call.operation() + " " + call.status() + " " + call.error() + " " + call.explanation());
        }
    }

    @Nested
    class Registered {
        @RegisterExtension
        final RollcallExtension rollcall = RollcallExtension.builder().seed("empty").auth("strict", "aliyun-ehpc").build();

        @Test
        void aFieldHasTheNamespace() {
            assertTrue(rollcall.accessKey().startsWith("test-ak~junit-"));
            rollcall.assertNotCalled("aliyun-ehpc", "ListUsersAsync");
        }
    }
}
