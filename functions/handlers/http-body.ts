import { collectUpTo, iterate } from "../../shared/bytes/collect.ts";
import { limits } from "../../shared/limits.ts";
import type { UploadCeiling } from "../../shared/services/upload-ceiling.ts";
import type { RequestHeader } from "./call-context.ts";
import type { HttpRequest } from "./http-exchange.ts";

/** The body of a PUT that cannot be taken as it is, and what HTTP answers. */
export class UnacceptableBody extends Error {
  override readonly name = "UnacceptableBody";
  readonly status: 400 | 411 | 413 | 415;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: UnacceptableBody["status"],
    message: string,
    headers: UnacceptableBody["headers"] = {},
  ) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

export interface SizedBody {
  readonly sizeBytes: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * The body of a PUT with its size, which a digest needs before the first byte. A small body without a length is held until its
 * end. Throws `UnacceptableBody`.
 */
export async function sizedBody(
  request: HttpRequest,
  ceiling: UploadCeiling,
  mayBeEmpty: boolean,
): Promise<SizedBody> {
  const sizeBytes = namedSize(request.header, "Content-Length", ceiling);
  if (sizeBytes !== undefined) return { sizeBytes, bytes: request.body };
  if (request.httpVersion.startsWith("1.") && request.header.get("transfer-encoding") === null) {
    // HTTP calls such a body empty, and moon sends empty files so; where it cannot be empty, the length was forgotten.
    if (mayBeEmpty) return { sizeBytes: 0, bytes: request.body };
    throw new UnacceptableBody(411, "a PUT needs a Content-Length");
  }
  const whole = await collectUpTo(request.body, Math.min(ceiling.maxBytes, limits.unsizedPutBytes));
  if (whole === undefined) {
    throw new UnacceptableBody(
      411,
      `a PUT of more than ${limits.unsizedPutBytes} bytes needs a Content-Length`,
    );
  }
  return { sizeBytes: whole.byteLength, bytes: iterate([whole]) };
}

/** A size that a header names; `undefined` where it is not there. Throws `UnacceptableBody` for one that is too large. */
export function namedSize(
  header: RequestHeader,
  name: string,
  ceiling: UploadCeiling,
): number | undefined {
  const text = header.get(name);
  if (text === null) return undefined;
  if (/^[0-9]+$/.test(text)) return checkedSize(Number(text), ceiling);
  throw new UnacceptableBody(400, `${name} ${text} is not a number of bytes`);
}

/** The size, or `UnacceptableBody` for one that is too large. */
export function checkedSize(sizeBytes: number, { maxBytes, remedy }: UploadCeiling): number {
  if (sizeBytes <= maxBytes) return sizeBytes;
  throw new UnacceptableBody(
    413,
    `${sizeBytes} bytes are more than the ${maxBytes} that fit here; ${remedy}`,
  );
}
