/** What proves a token: nobody else can compute it without the broker's key. */
export interface TokenMac {
  /** HMAC-SHA-512 of the UTF-8 text. */
  hmacSha512(key: string, text: string): Uint8Array;
}
