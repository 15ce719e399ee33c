import { StoreError } from "../../shared/stores/store-error.ts";

/** The error that a store throws where it refuses. */
export async function rejectionOf(work: Promise<unknown>): Promise<StoreError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
