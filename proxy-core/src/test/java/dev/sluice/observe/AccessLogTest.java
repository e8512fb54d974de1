package dev.sluice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccessLogTest {

    @Test
    void tellsAllOfARequestInKamalProxysOrder() throws Exception {
        RequestRecord record = record();
        record.query = "q=ok&r";
        record.requestContentType = "application/json";
        record.userAgent = "Robot/1";
        record.forwardedFor = "192.168.1.1";
        record.requestLength = 5;
        record.secure = true;
        record.tlsVersion = "TLSv1.3";
        record.service = "web";
        record.target = "web-1:3000";
        record.status = 201;
        record.responseContentType = "text/html";
        record.bytesIn = 6;
        record.bytesOut = 8;
        record.retries = 1;
        record.upstreamAskedNanos = 2_000;
        record.upstreamAnsweredNanos = 5_000;
        record.extraFields = List.of("req_x_custom", "goodbye", "resp_x_two", "a,b");

        JsonNode line = logged(record);

        JsonNode expected = new ObjectMapper().readTree("""
                        {"time":"","level":"INFO","msg":"Request","host":"app.example.com","port":443,
                         "path":"/some path","request_id":"rid-1","status":201,"service":"web","target":"web-1:3000",
                         "duration":1500000000,"method":"POST","req_content_length":5,
                         "req_content_type":"application/json","resp_content_length":8,"resp_content_type":"text/html",
                         "client_addr":"203.0.113.9","client_port":"50112","remote_addr":"192.168.1.1",
                         "user_agent":"Robot/1","proto":"HTTP/1.1","scheme":"https","query":"q=ok&r",
                         "req_x_custom":"goodbye","resp_x_two":"a,b","upstream_duration":3000,"bytes_in":6,
                         "tls_version":"TLSv1.3","retries":1,"reason":""}""");
        OffsetDateTime time = OffsetDateTime.parse(line.get("time").textValue());
        assertThat(time.toInstant()).isEqualTo(Instant.parse("2026-01-02T03:04:06.499Z"));
        assertThat(withoutTime(line)).isEqualTo(withoutTime(expected));
        assertThat(line.fieldNames()).toIterable().containsExactlyElementsOf(() -> expected.fieldNames());
    }

    @Test
    void whatIsAbsentIsEmpty() throws Exception {
        RequestRecord record = record();
        record.reason = "no service for this host";
        record.upstreamAskedNanos = 2_000;

        JsonNode line = logged(record);

        assertThat(List.of("req_content_type", "resp_content_type", "user_agent", "service", "target", "tls_version"))
                .allSatisfy(name -> assertThat(line.get(name).textValue()).isEmpty());
        assertThat(line.get("remote_addr").textValue()).isEqualTo("203.0.113.9");
        assertThat(line.get("upstream_duration").longValue()).isZero();
        assertThat(line.get("reason").textValue()).isEqualTo("no service for this host");
    }

    @Test
    void pathAndHeadersNeverBreakTheLine() throws Exception {
        RequestRecord record = record();
        record.rawPath = "/a%22b%0Ac%7f";
        record.query = "\"";
        record.userAgent = "x\"\\\t\u00e9y";

        JsonNode line = logged(record);

        assertThat(line.get("path").textValue()).isEqualTo("/a\"b\nc\u007f");
        assertThat(line.get("query").textValue()).isEqualTo("\"");
        assertThat(line.get("user_agent").textValue()).isEqualTo("x\"\\\téy");
    }

    private static RequestRecord record() {
        RequestRecord record = new RequestRecord();
        record.host = "app.example.com";
        record.method = "POST";
        record.rawPath = "/some%20path";
        record.requestId = "rid-1";
        record.clientAddress = "203.0.113.9";
        record.clientPort = 50112;
        record.listenerPort = 443;
        record.startedMillis = Instant.parse("2026-01-02T03:04:04.999Z").toEpochMilli();
        record.startedNanos = -1_000_000_000;
        record.endedNanos = 500_000_000;
        return record;
    }

    private static JsonNode logged(RequestRecord record) throws Exception {
        List<JsonNode> lines = Recorded.lines(writer -> new AccessLog(writer).ended(record));
        assertThat(lines).hasSize(1);
        return lines.getFirst();
    }

    private static JsonNode withoutTime(JsonNode line) {
        return ((ObjectNode) line.deepCopy()).without("time");
    }
}
