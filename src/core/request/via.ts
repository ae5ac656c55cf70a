/** Gateways of this kind that a request may have come through; more of them go in circles. */
export const MAX_GATEWAYS = 3

/** How a gateway names itself in the header `via` (RFC 9110, section 7.6.3). */
export const viaOf = (instance: string): string => `1.1 keeprate-${instance}`

/** An entry of the header by one of us: protocol, name, and a remark that may follow. */
const OURS = /^(?:HTTP\/)?\d(?:\.\d)? keeprate-([\w-]{1,64})(?: |$)/i

/** The gateways of this kind that a header `via` names, in their order. */
export const gatewaysIn = (header: string): readonly string[] =>
  header.split(',').flatMap((entry) => OURS.exec(entry.trim())?.[1] ?? [])

/** Whether a request that came through these gateways goes round in circles. */
export const isLoop = (gateways: readonly string[], instance: string): boolean =>
  gateways.includes(instance) || gateways.length > MAX_GATEWAYS
