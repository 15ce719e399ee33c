/** Numbers of the checklist without a check, each with the reason. */
export const notApplicable: ReadonlyMap<string, string> = new Map([
  ["1.4", "every instance name is served until instances are configured"],
  ["3.7", "the paths are 4.6, 4.7 and 4.8"],
  ["9.11", "the bytes of a Tree may be a well-formed Directory, so no server can tell"],
  ["11.11", "asks something of clients alone"],
  ["13.6", "about servers without QueryWriteStatus; this one has it (13.1)"],
  ["22.5", "connections are not limited in age; where one must be, a load balancer does it"],
  ["22.10", "the suite speaks TCP; test/node/unix-sockets.node.test.ts asks over sockets"],
  ["22.11", "a client cannot stop the server; test/node/shutdown.node.test.ts does"],
]);
