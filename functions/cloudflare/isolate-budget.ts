import { limits } from "../../shared/limits.ts";
import { RequestBudget } from "../interceptors/request-budget.ts";

/**
 * One budget for all requests of an isolate. A request that the runtime ends, for its CPU time or its memory, gives nothing back, so
 * that a budget is given up for a fresh one after some time: requests under way keep theirs.
 */
export class IsolateBudget {
  #budget = new RequestBudget(limits.isolateRequestBytes);
  #sinceMs = 0;

  at(nowMs: number): RequestBudget {
    if (nowMs - this.#sinceMs > limits.isolateBudgetMs) {
      this.#budget = new RequestBudget(limits.isolateRequestBytes);
      this.#sinceMs = nowMs;
    }
    return this.#budget;
  }
}
