package dev.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that an application may take for those which the proxy vouches for. */
class LookalikesTest {

    private static Set<String> left(String clientIpHeader, String... names) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (String name : names) {
            headers.add(name, "6.6.6.6").add(name, "again");
        }
        Lookalikes.remove(headers, clientIpHeader);
        return headers.names();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X_Real_IP",
                "x-real_ip",
                "X.Request.Id",
                "X_REQUEST_START",
                "X_Forwarded_For",
                "X-Forwarded_Anything",
                "Content_Length",
                "Transfer_Encoding",
                "X_Kamal_Target"
            })
    void thoseOfTrustedNamesAreDropped(String name) {
        assertThat(left("", name, "X-Kept")).containsExactly("X-Kept");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"X-Real-IP", "X-Forwarded-For", "Content-Length", "X_Mine", "_", "X_Real_IP_", "True_Client_IP"})
    void otherNamesStay(String name) {
        assertThat(left("", name)).containsExactly(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"True_Client_IP", "true_client_ip", "TRUE-CLIENT_IP", "True.Client~IP"})
    void thoseOfTheServicesHeaderForTheClientAreDropped(String name) {
        assertThat(left("True-Client-IP", name, "True-Client-IP", "X_Mine"))
                .containsExactlyInAnyOrder("True-Client-IP", "X_Mine");
    }

    @Test
    void theServicesHeaderStaysThoughItHasSuchMarksItself() {
        assertThat(left("Client_Address", "client_address", "Client.Address")).containsExactly("client_address");
    }

    @Test
    void thoseOfTrustedNamesAreDroppedBesidesTheServicesHeader() {
        assertThat(left("True-Client-IP", "X_Real_IP", "True_Client_IP")).isEmpty();
    }
}
