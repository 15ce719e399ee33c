/** Labels whose values clients choose: they tell of instances, principals and builds. */
export const openLabels: ReadonlySet<string> = new Set(["instance_name", "principal", "mnemonic"]);
