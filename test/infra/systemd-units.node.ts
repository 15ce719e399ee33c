import { read } from "../tidy/repository.node.ts";

/** A setting of a unit, in the order of the file; one that stands several times adds up, or an empty one takes the others back. */
interface Setting {
  readonly section: string;
  readonly name: string;
  readonly value: string;
}

/** What a unit, or a drop-in of one, says. */
export class Unit {
  readonly #settings: readonly Setting[];

  /** A file of infra/systemd. */
  constructor(file: string) {
    let section = "";
    this.#settings = read(`infra/systemd/${file}`)
      .replaceAll(/^[#;].*\n/gm, "")
      .replaceAll("\\\n", " ")
      .split("\n")
      .flatMap((line) => {
        section = /^\[(?<name>\w+)\]$/.exec(line)?.groups?.["name"] ?? section;
        const { name, value } = /^(?<name>\w+)=(?<value>.*)$/.exec(line)?.groups ?? {};
        return name === undefined || value === undefined ? [] : [{ section, name, value }];
      });
  }

  all(section: string, name: string): readonly string[] {
    return this.#settings
      .filter((setting) => setting.section === section && setting.name === name)
      .map(({ value }) => value);
  }

  only(section: string, name: string): string {
    const [value, ...others] = this.all(section, name);
    if (value === undefined || others.length > 0) throw new Error(`there is not one ${name}=`);
    return value;
  }

  /** What `Environment=` gives. */
  get variables(): ReadonlyMap<string, string> {
    return new Map(
      this.all("Service", "Environment").map((pair) => {
        const at = pair.indexOf("=");
        return [pair.slice(0, at), pair.slice(at + 1)] as const;
      }),
    );
  }
}
