import { describe, it } from "vitest";
import { Turns } from "../../shared/turns.ts";

const never = new AbortController().signal;

describe("turns", () => {
  it("let so many in at once, and others in the order of coming", async ({ expect }) => {
    const turns = new Turns(2);
    const [first, second] = [await turns.take(never), await turns.take(never)];
    const came: number[] = [];
    const waiting = [3, 4].map(async (index) => {
      const turn = await turns.take(never);
      came.push(index);
      return turn;
    });
    await Promise.resolve();
    expect(came).toEqual([]);
    first[Symbol.dispose]();
    const third = await waiting[0];
    expect(came).toEqual([3]);
    second[Symbol.dispose]();
    third?.[Symbol.dispose]();
    await waiting[1];
    expect(came).toEqual([3, 4]);
  });

  it("end once, however often they are ended", async ({ expect }) => {
    const turns = new Turns(2);
    const [first] = [await turns.take(never), await turns.take(never)];
    const came: number[] = [];
    const waiting = [3, 4].map(async (index) => {
      await turns.take(never);
      came.push(index);
    });
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    await waiting[0];
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(came).toEqual([3]);
  });

  it("are not waited for by those who have left", async ({ expect }) => {
    const turns = new Turns(1);
    const first = await turns.take(never);
    const leaving = new AbortController();
    const second = turns.take(leaving.signal);
    const third = turns.take(never);
    leaving.abort(new Error("left"));
    await expect(second).rejects.toThrow("left");
    first[Symbol.dispose]();
    await expect(third).resolves.toBeDefined();
    await expect(turns.take(AbortSignal.abort(new Error("late")))).rejects.toThrow("late");
  });

  it("let in what weighs no more than is left, and nobody past who waits", async ({ expect }) => {
    const turns = new Turns(10);
    const first = await turns.take(never, 6);
    const came: number[] = [];
    const comes = async (weight: number): Promise<Disposable> => {
      const turn = await turns.take(never, weight);
      came.push(weight);
      return turn;
    };
    const [second, third, alone] = [comes(7), comes(3), comes(1000)];
    await Promise.resolve();
    expect(came).toEqual([]);
    first[Symbol.dispose]();
    const under = await Promise.all([second, third]);
    expect(came).toEqual([7, 3]);
    for (const turn of under) turn[Symbol.dispose]();
    await alone;
    expect(came).toEqual([7, 3, 1000]);
  });

  it("let in whom only somebody heavier held up, who has left", async ({ expect }) => {
    const turns = new Turns(10);
    await turns.take(never, 6);
    const leaving = new AbortController();
    const heavy = turns.take(leaving.signal, 7);
    const light = turns.take(never, 3);
    leaving.abort(new Error("left"));
    await expect(heavy).rejects.toThrow("left");
    await expect(light).resolves.toBeDefined();
  });
});
