import { once } from "node:events";
import { type Outcome, outcome } from "../../../conformance/outcome.ts";
import { write, uploadOf, writeName } from "../../../conformance/streams.ts";
import { KIB } from "../../../support/bytes.ts";
import { dial, gone } from "../../../support/dial.node.ts";
import { absentDigest, makeUp, withData } from "../made-up-blob.node.ts";
import { openWay } from "../way.node.ts";
import type { Visit, Work } from "./visit.node.ts";

/** What connections may bring before they are gone. */
const beginnings: readonly string[] = [
  "",
  "GET /cas/",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "GET /status HTTP/1.1\r\nHost: cache\r\n\r\n",
];

/** What a server has to refuse, and clients that come to nothing. */
export const refusedWork: readonly Work[] = [
  {
    name: "an RPC with a wrong token",
    weight: 1,
    run: async (visit) => {
      using way = openWay(visit.order, visit.random.pick(visit.order.protocols), "wrong");
      const request = { actionDigest: absentDigest(visit.random) };
      expectOutcome(await outcome(way.clients.actions.getActionResult(request)), "Unauthenticated");
    },
  },
  {
    name: "a GET with a wrong token",
    weight: 1,
    run: async ({ way, random, order }) => {
      const path = `/${order.instanceName}/cas/${absentDigest(random).hash}`;
      const { status } = await way.http({ path, headers: { authorization: "Bearer wrong" } });
      if (status !== 401) throw new Error(`answered ${status}`);
    },
  },
  {
    name: "a write with a token for reading",
    weight: 1,
    run: async (visit) => {
      const { order, random } = visit;
      using way = openWay(order, random.pick(order.protocols), order.tokens.read);
      const { data, digest } = withData(makeUp(random, 1, 10 * KIB));
      const { instanceName } = order;
      const call = way.clients.cas.batchUpdateBlobs({ instanceName, requests: [{ digest, data }] });
      expectOutcome(await outcome(call), "PermissionDenied");
    },
  },
  {
    name: "an upload of other bytes",
    weight: 1,
    run: async ({ way, random, order }: Visit) => {
      const blob = withData(makeUp(random, 1, 200 * KIB));
      const other = { ...blob, digest: { ...blob.digest, hash: absentDigest(random).hash } };
      const upload = uploadOf(writeName(order.instanceName, other), other);
      expectOutcome(await outcome(write(way.clients, upload)), "InvalidArgument");
    },
  },
  {
    name: "a connection for nothing",
    weight: 2,
    run: async ({ random, order }) => {
      const socket = dial(new URL(order.url).host);
      await once(socket, "connect");
      socket.write(random.pick(beginnings));
      if (random.chance(0.5)) socket.end();
      else socket.destroy();
      socket.resume();
      await gone(socket);
    },
  },
];

function expectOutcome(ended: Outcome, expected: Outcome): void {
  if (ended !== expected) throw new Error(`ended with ${ended}, not ${expected}`);
}
