import { jobsAt, type JobTokens } from "./job-tokens.node.ts";

type Claims = Parameters<JobTokens>[0];

/** The policy of a recipe for GitLab's jobs, and what makes their tokens. */
export async function gitlabJobs(heading: string): ReturnType<typeof jobsAt> {
  const { policy, jobToken } = await jobsAt("https://gitlab.com", heading, {
    ...inProject("acme", "app", "20"),
    user_id: "1",
    user_login: "dev",
    user_email: "dev@acme.example",
    pipeline_id: "574",
    job_id: "302",
    runner_id: "1",
    runner_environment: "gitlab-hosted",
    sha: "714a629c0b401fdce83e847fc9589983fc6f46bc",
    project_visibility: "public",
  });
  return {
    policy,
    jobToken: async (claims) => {
      const { project_path = "acme/app", ref_type, ref } = claims;
      const sub = `project_path:${project_path}:ref_type:${ref_type}:ref:${ref}`;
      return await jobToken({ sub, ...claims });
    },
  };
}

/** Where the code is from, and where the job runs: GitLab says both. */
export function inProject(namespace: string, name: string, id: string): Claims {
  return { ...codeOf(namespace, name, id), ...prefixed("job_", codeOf(namespace, name, id)) };
}

/** Where the code is from: of a fork's merge request, whose job may run in the project that it is for. */
export function codeOf(namespace: string, name: string, id: string): Claims {
  return {
    namespace_id: `7${id}`,
    namespace_path: namespace,
    project_id: id,
    project_path: `${namespace}/${name}`,
  };
}

/** What a job says that runs for a branch. */
export function onBranch(ref: string, isProtected = false): Claims {
  return {
    ref,
    ref_type: "branch",
    ref_path: `refs/heads/${ref}`,
    ref_protected: String(isProtected),
    pipeline_source: "push",
  };
}

export function onTag(ref: string, isProtected = false): Claims {
  return { ...onBranch(ref, isProtected), ref_type: "tag", ref_path: `refs/tags/${ref}` };
}

/** What a job says that runs for a merge request: its branch's name, but no number. */
export function onMergeRequest(branch: string, isProtected = false): Claims {
  return { ...onBranch(branch, isProtected), pipeline_source: "merge_request_event" };
}

function prefixed(prefix: string, claims: Claims): Claims {
  return Object.fromEntries(Object.entries(claims).map(([name, text]) => [prefix + name, text]));
}
