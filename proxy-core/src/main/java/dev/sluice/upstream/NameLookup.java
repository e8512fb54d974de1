package dev.sluice.upstream;

import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Finds the addresses of a target's name by the system's own rules (hosts file, search domains, container DNS), on
 * threads of its own because that blocks. A name is looked up for each new connection, since a container keeps its name
 * but not its address: the JVM's cache, 30 s by default, is cut to a second, and failures are not remembered (in the
 * {@code java.security} of the runtime; doing it here would start the JDK's security at each start).
 */
public final class NameLookup {
    private static final int THREADS = 4;

    private final ThreadPoolExecutor threads;

    /** Takes the addresses, or why there are none. Called on the event loop that asked. */
    public interface Answer {
        void found(InetAddress[] addresses);

        void failed(UnknownHostException why);
    }

    public NameLookup() {
        threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> Thread.ofPlatform().daemon().name("name-lookup").unstarted(task));
        threads.allowCoreThreadTimeOut(true);
    }

    /** Looks a name up; an IP literal is answered at once. */
    public void find(String host, EventLoop loop, Answer answer) {
        InetAddress literal = NetUtil.createInetAddressFromIpAddressString(host);
        if (literal != null) {
            answer.found(new InetAddress[] {literal});
            return;
        }
        threads.execute(() -> {
            try {
                InetAddress[] addresses = InetAddress.getAllByName(host);
                loop.execute(() -> answer.found(addresses));
            } catch (UnknownHostException e) {
                loop.execute(() -> answer.failed(e));
            }
        });
    }
}
