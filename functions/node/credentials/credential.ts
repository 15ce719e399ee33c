/** A token for a cache, and where it came from, in words for who has to replace it. */
export interface Credential {
  readonly token: string;
  readonly from: string;
}
