package dev.sluice.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapTrimTest {
    private static final long MIB = 1 << 20;

    private long committed = 14 * MIB;
    private long afterCollection = 14 * MIB;
    private long used;
    private int collections;
    private final HeapTrim trim = new HeapTrim(() -> committed, () -> used, () -> {
        collections++;
        committed = afterCollection;
    });

    @Test
    void aHeapThatIsSmallIsLeftAlone() {
        lookAt(14);
        lookAt(36);

        assertThat(collections).isZero();
    }

    @Test
    void aHeapThatGrewByHalfIsCollectedOnce() {
        lookAt(37);
        assertThat(collections).isEqualTo(1);
        lookAt(14);
        lookAt(36);
        assertThat(collections).isEqualTo(1);
        lookAt(37);
        assertThat(collections).isEqualTo(2);
    }

    @Test
    void whatIsAliveIsNotCollectedAgainAndAgain() {
        afterCollection = 60 * MIB;
        lookAt(70);
        lookAt(60);
        lookAt(90);
        assertThat(collections).isEqualTo(1);
        lookAt(91);
        assertThat(collections).isEqualTo(2);
    }

    @Test
    void whatWasAliveInACrowdIsCollectedSomeTimeAfterIt() {
        afterCollection = 100 * MIB;
        lookAt(120);
        afterCollection = 14 * MIB;
        for (int look = 1; look < 360; look++) {
            lookAt(100);
        }
        assertThat(collections).isEqualTo(1);
        lookAt(100);
        assertThat(collections).isEqualTo(2);
        lookAt(14);
        assertThat(collections).isEqualTo(2);
    }

    @Test
    void whenNothingGoesOnWhatHasGrownIsCollectedOnce() {
        lookAt(20);
        lookQuietlyAt(20);
        assertThat(collections).isEqualTo(1);
        lookQuietlyAt(14);
        lookQuietlyAt(18);
        assertThat(collections).isEqualTo(1);
        lookQuietlyAt(19);
        assertThat(collections).isEqualTo(2);
    }

    @Test
    void aHeapThatHasHardlyGrownIsLeftAloneInTheQuiet() {
        lookQuietlyAt(14);
        lookQuietlyAt(18);

        assertThat(collections).isZero();
    }

    @Test
    void aCollectionOfTheYoungIsNoQuiet() {
        used = 10 * MIB;
        trim.look();
        used = 9 * MIB;
        committed = 20 * MIB;
        trim.look();

        assertThat(collections).isZero();
    }

    private void lookAt(long mebibytes) {
        used += MIB;
        lookQuietlyAt(mebibytes);
    }

    private void lookQuietlyAt(long mebibytes) {
        committed = mebibytes * MIB;
        trim.look();
    }
}
