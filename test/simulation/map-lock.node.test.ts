import { describe, it } from "vitest";
import { SequenceLock } from "../../shared/adapters/disk/sequence-lock.ts";
import { MapScene } from "./map-scene.ts";

const CHANGES = 400;
const LOOKS = 2000;

function played(seed: number, readersLock: typeof SequenceLock): MapScene {
  const scene = new MapScene(seed, readersLock);
  for (let change = 0; change < CHANGES; change++) scene.change();
  for (let look = 0; look < LOOKS; look++) scene.look();
  return scene;
}

class NeverWaits extends SequenceLock {
  override begin(): number {
    return 0;
  }

  override isUnchanged(): boolean {
    return true;
  }
}

class NeverLooksAgain extends SequenceLock {
  override isUnchanged(): boolean {
    return true;
  }
}

describe("a thread that looks into the map while it is changed, at any word", () => {
  it.for([1, 2, 3, 4])(
    "sees what was there before, or is there now, seed %i",
    (seed, { expect }) => {
      const { right, wrong } = played(seed, SequenceLock);
      expect(wrong).toBe(0);
      expect(right).toBeGreaterThan(LOOKS / 2);
    },
  );

  it.for([NeverWaits, NeverLooksAgain])(
    "sees what never was there if it %o",
    (lock, { expect }) => {
      expect(played(1, lock).wrong).toBeGreaterThan(0);
    },
  );
});
