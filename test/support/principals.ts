import {
  type Principal,
  readRights,
  type Standing,
  writeRights,
} from "../../shared/stores/call.ts";

const everything: Standing = {
  rights: new Set([...readRights, ...writeRights, "asset", "admin"]),
  inherits: [],
};

/** Whoever comes to a cache that is open to everybody. */
export const anonymous: Principal = {
  subject: "anonymous",
  allowance: {},
  standingIn: () => everything,
  hasThroughout: () => true,
};
