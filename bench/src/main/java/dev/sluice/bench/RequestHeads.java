package dev.sluice.bench;

import java.nio.charset.StandardCharsets;

/** Request heads as they come over the wire. */
final class RequestHeads {
    static final byte[] BROWSER = head("""
            GET /articles/2026/a-benchmark?page=2&sort=new HTTP/1.1
            Host: www.example.test
            User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
            Accept-Language: en-GB,en;q=0.5
            Accept-Encoding: gzip, deflate, br, zstd
            Referer: https://www.example.test/articles
            Connection: keep-alive
            Cookie: session=0123456789abcdef0123456789abcdef; theme=dark
            Upgrade-Insecure-Requests: 1
            Sec-Fetch-Dest: document
            Sec-Fetch-Mode: navigate
            Sec-Fetch-Site: same-origin
            Priority: u=0, i
            """);

    static final byte[] SMALL = head("""
            GET / HTTP/1.1
            Host: www.example.test
            User-Agent: bench
            """);

    private RequestHeads() {}

    private static byte[] head(String lines) {
        return (lines.replace("\n", "\r\n") + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }
}
