import { isUnexpected } from "../../functions/handlers/status.ts";
import type { ReportError } from "../../functions/telemetry/report-error.ts";
import { type RequestListener, RequestWatch } from "../../functions/telemetry/request-watch.ts";

/** Has `report` told of the trouble of ours that fails requests, or entries of them. */
export function watchFor(report: ReportError): RequestWatch {
  return new RequestWatch([troubleListener(report)]);
}

export function troubleListener(report: ReportError): RequestListener {
  return ({ asked, error, entryErrors }) => {
    for (const each of [error, ...entryErrors]) {
      if (each !== undefined && isUnexpected(each)) report(each, asked.rpc);
    }
  };
}
