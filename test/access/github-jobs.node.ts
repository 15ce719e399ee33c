import { jobsAt } from "./job-tokens.node.ts";

/** The policy of a recipe for GitHub's jobs, and what makes their tokens. */
export async function githubJobs(heading: string): ReturnType<typeof jobsAt> {
  const common = { repository: "acme/app", run_id: "1" };
  return await jobsAt("https://token.actions.githubusercontent.com", heading, common);
}
