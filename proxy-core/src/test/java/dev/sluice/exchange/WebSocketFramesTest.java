package dev.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebSocketFramesTest {

    static byte[] frame(int length, boolean masked) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(0x82);
        int mask = masked ? 0x80 : 0;
        if (length < 126) {
            frame.write(mask | length);
        } else if (length < 65_536) {
            frame.write(mask | 126);
            frame.write(length >> 8);
            frame.write(length);
        } else {
            frame.write(mask | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) length >> shift));
            }
        }
        // Contents that look like heads of frames, to mislead whoever loses count.
        for (int i = 0; i < length + (masked ? 4 : 0); i++) {
            frame.write(i % 3 == 0 ? 0x82 : 0x05);
        }
        return frame.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({
        "0, false",
        "1, false",
        "125, false",
        "126, false",
        "127, false",
        "65535, false",
        "65536, false",
        "70000, false",
        "0, true",
        "125, true",
        "126, true",
        "65536, true"
    })
    void aFrameOfAnyLengthEndsWhereItEnds(int length, boolean masked) {
        WebSocketFrames frames = new WebSocketFrames();
        byte[] frame = frame(length, masked);
        assertThat(frames.atBoundary()).isTrue();
        for (int i = 0; i < frame.length; i++) {
            assertThat(i == 0 || !frames.atBoundary())
                    .as("in the middle, at " + i)
                    .isTrue();
            frames.pass(Unpooled.wrappedBuffer(frame, i, 1));
        }
        assertThat(frames.atBoundary()).isTrue();
    }

    @Test
    void boundariesAreFoundHoweverTheBytesAreCut() {
        Random random = new Random(3);
        List<Integer> boundaries = new ArrayList<>();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < 300; i++) {
            all.writeBytes(frame(random.nextInt(random.nextInt(10) == 0 ? 70_000 : 300), random.nextBoolean()));
            boundaries.add(all.size());
        }
        byte[] bytes = all.toByteArray();
        WebSocketFrames frames = new WebSocketFrames();
        int at = 0;
        while (at < bytes.length) {
            int length = Math.min(bytes.length - at, 1 + random.nextInt(500));
            frames.pass(Unpooled.wrappedBuffer(bytes, at, length));
            at += length;
            assertThat(frames.atBoundary()).as("at " + at).isEqualTo(boundaries.contains(at));
        }
    }

    @Test
    void onlyTheRestOfTheFrameUnderWayIsTaken() {
        WebSocketFrames frames = new WebSocketFrames();
        byte[] frame = frame(10, false);
        frames.pass(Unpooled.wrappedBuffer(frame, 0, 5));
        ByteBuf rest = Unpooled.wrappedBuffer(Unpooled.wrappedBuffer(frame, 5, 7), Unpooled.wrappedBuffer(frame));
        assertThat(frames.passToBoundary(rest)).isEqualTo(7);
        assertThat(frames.atBoundary()).isTrue();
        assertThat(frames.passToBoundary(rest)).isZero();
    }

    @Test
    void aLengthThatNoFrameHasDoesNotLookLikeABoundary() {
        WebSocketFrames frames = new WebSocketFrames();
        byte[] head = new byte[10];
        Arrays.fill(head, (byte) 0xff);
        head[1] = 127;
        frames.pass(Unpooled.wrappedBuffer(head));
        frames.pass(Unpooled.wrappedBuffer(new byte[1000]));
        assertThat(frames.atBoundary()).isFalse();
    }
}
