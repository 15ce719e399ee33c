import { admittedBuilds } from "../free-plan.ts";
import { count, left, right, table } from "./markdown.ts";

/** How far Cloudflare's Free plan goes. */
export function freePlanTable(): string {
  const rows = admittedBuilds().map(({ what, buildsPerDay }) => [what, count(buildsPerDay)]);
  return table([left("the Free plan admits"), right("builds a day")], rows);
}
