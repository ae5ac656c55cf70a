import type { FastifyRequest } from 'fastify'
import type { GatewayError } from '../core/errors/gateway-error.ts'

/**
 * An error that names a parameter as it was sent: what came as a header of ours is looked for in
 * vain in the body. Checks know parameters by their name in bodies alone.
 */
export function nameHeader(
  error: GatewayError,
  headers: FastifyRequest['headers'],
): Pick<GatewayError, 'param' | 'message'> {
  const { param, message } = error
  const [member] = /^[a-z_]+/.exec(param ?? '') ?? []
  const header = `x-keeprate-${member?.replaceAll('_', '-')}`
  if (member === undefined || headers[header] === undefined) return { param, message }
  const isNamed = message.startsWith(`${member} `)
  return { param: header, message: isNamed ? header + message.slice(member.length) : message }
}
