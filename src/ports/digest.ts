/** SHA-256 as lower-case hex. A port because core and gateway import no platform code. */
export type Sha256 = (data: string | Uint8Array) => string
