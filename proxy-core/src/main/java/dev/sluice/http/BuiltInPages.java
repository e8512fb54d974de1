package dev.sluice.http;

import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** The pages that come with the proxy. Each is whole in itself and says what a visitor can do, not who serves it. */
final class BuiltInPages {
    private static final String PAGE = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex, nofollow">
            <meta name="color-scheme" content="light dark">
            <title>STATUS — TITLE</title>
            <style>
            :root { --ground: #f7f7f5; --ink: #22252a; --soft: #6b7077; --line: #dcdcd8; }
            @media (prefers-color-scheme: dark) {
              :root { --ground: #16181b; --ink: #e8e8e4; --soft: #979ca3; --line: #2e3237; }
            }
            * { box-sizing: border-box; }
            body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 2rem;
              background: var(--ground); color: var(--ink);
              font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
            main { display: flex; flex-wrap: wrap; align-items: center; gap: 1.5rem 2rem; max-width: 40rem; }
            .status { margin: 0; padding-right: 2rem; border-right: 1px solid var(--line); color: var(--soft);
              font-size: 2.75rem; line-height: 1.2; font-weight: 300; font-variant-numeric: tabular-nums; }
            .text { flex: 1 1 16rem; }
            h1 { margin: 0; font-size: 1.25rem; font-weight: 600; }
            .text p { margin: .25rem 0 0; color: var(--soft); overflow-wrap: anywhere; }
            @media (max-width: 32rem) { .status { padding: 0; border: 0; } }
            </style>
            </head>
            <body>
            <main>
            <p class="status">STATUS</p>
            <div class="text">
            <h1>TITLE</h1>
            <p>{{ if .Message }}{{ .Message }}{{ else }}ADVICE{{ end }}</p>
            </div>
            </main>
            </body>
            </html>
            """;

    private BuiltInPages() {}

    static Map<Integer, PageTemplate> all() {
        Map<Integer, PageTemplate> pages = new HashMap<>();
        put(pages, 404, "Not Found", "There is nothing at this address. Please check it for a mistake.");
        put(pages, 413, "Content Too Large", "What was sent is larger than this site accepts.");
        put(pages, 502, "Bad Gateway", "The site gave no usable answer. Please try again in a moment.");
        put(pages, 503, "Service Temporarily Unavailable", "The site is not available now. Please try again soon.");
        put(pages, 504, "Gateway Timeout", "The site took too long to answer. Please try again in a moment.");
        return pages;
    }

    private static void put(Map<Integer, PageTemplate> pages, int status, String title, String advice) {
        String page = PAGE.replace("STATUS", Integer.toString(status))
                .replace("TITLE", title)
                .replace("ADVICE", advice);
        try {
            pages.put(status, PageTemplate.parse("built-in page", page));
        } catch (ErrorPagesUnusable e) {
            throw new UncheckedIOException(e);
        }
    }
}
