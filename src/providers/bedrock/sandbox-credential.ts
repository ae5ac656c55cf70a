import { AwsV4Signer } from 'aws4fetch'
import type { EmulatorAnswer, EmulatorKit, EmulatorRequest } from '../shared/emulator.ts'
import { bearerKeyOf } from '../shared/emulator-wire.ts'
import { SERVICE, toAmzDate } from './credential.ts'
import { exception } from './sandbox-errors.ts'

/** The example keys of AWS's documentation; the ASIA one needs the token of a session. */
const SECRETS: Readonly<Record<string, string>> = {
  AKIAIOSFODNN7EXAMPLE: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  ASIAIOSFODNN7EXAMPLE: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
/** A session that has ended. */
const ENDED_SESSION = 'expired'
/** How far a signature's time may be from AWS's (AWS signing reference, read 2026-11-25). */
const MAX_SKEW_MS = 5 * 60_000

const AUTHORIZATION = new RegExp(
  [
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/,
    /SignedHeaders=([a-z0-9;-]+)/,
    /Signature=([0-9a-f]{64})$/,
  ]
    .map(({ source }) => source)
    .join(', ?'),
)

/** What is wrong with a request's credential; undefined when nothing is. */
export async function refuseCredential(
  request: EmulatorRequest,
  kit: EmulatorKit,
): Promise<EmulatorAnswer | undefined> {
  const { authorization = '' } = request.headers
  if (authorization.startsWith('AWS4-HMAC-SHA256')) return refuseSignature(request, kit)
  if (authorization === '') {
    return exception(
      kit,
      403,
      'MissingAuthenticationTokenException',
      'Missing Authentication Token',
    )
  }
  if (bearerKeyOf(request) !== undefined) return undefined
  const words = 'Authentication failed: Please make sure your API Key is valid.'
  return exception(kit, 403, 'AccessDeniedException', words)
}

async function refuseSignature(
  request: EmulatorRequest,
  kit: EmulatorKit,
): Promise<EmulatorAnswer | undefined> {
  const refuse = (name: string, words: string) => exception(kit, 403, name, words)
  const { headers } = request
  const parts = AUTHORIZATION.exec(headers.authorization ?? '')
  const date = headers['x-amz-date'] ?? ''
  if (parts === null || date === '') {
    const words = "Authorization header requires 'Credential', 'SignedHeaders', 'Signature'."
    return refuse('IncompleteSignatureException', words)
  }
  const [, accessKeyId = '', day = '', region = '', service, signedNames = '', signature] = parts
  const secretAccessKey = Object.hasOwn(SECRETS, accessKeyId) ? SECRETS[accessKeyId] : undefined
  const token = headers['x-amz-security-token']
  if (secretAccessKey === undefined || accessKeyId.startsWith('ASIA') !== (token !== undefined)) {
    const words = 'The security token included in the request is invalid.'
    return refuse('UnrecognizedClientException', words)
  }
  if (token === ENDED_SESSION) {
    return refuse('ExpiredTokenException', 'The security token included in the request is expired')
  }
  if (service !== SERVICE || !date.startsWith(day)) {
    const words = `Credential should be scoped to correct service: '${SERVICE}'.`
    return refuse('InvalidSignatureException', words)
  }
  const skew = skewOf(date, kit.now())
  if (skew !== undefined) return refuse('InvalidSignatureException', skew)
  const expected = await signatureOf(request, {
    accessKeyId,
    secretAccessKey,
    region,
    date,
    signedNames,
  })
  if (expected === signature) return undefined
  const words =
    'The request signature we calculated does not match the signature you provided. Check your ' +
    'AWS Secret Access Key and signing method. Consult the service documentation for details.'
  return refuse('InvalidSignatureException', words)
}

/** AWS's words about a signature that is too old or from the future. */
function skewOf(date: string, now: number): string | undefined {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? []
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number)
  const signedAt = Date.UTC(year, month - 1, day, hour, minute, second)
  const present = toAmzDate(now)
  if (now - signedAt > MAX_SKEW_MS) {
    const least = toAmzDate(now - MAX_SKEW_MS)
    return `Signature expired: ${date} is now earlier than ${least} (${present} - 5 min.)`
  }
  if (signedAt - now <= MAX_SKEW_MS) return undefined
  const most = toAmzDate(now + MAX_SKEW_MS)
  return `Signature not yet current: ${date} is still later than ${most} (${present} + 5 min.)`
}

/** The signature that the request must have, over exactly the headers that it says are signed. */
async function signatureOf(
  { method, path, query, headers, body, baseUrl }: EmulatorRequest,
  scope: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly region: string
    readonly date: string
    readonly signedNames: string
  },
): Promise<string> {
  const { protocol, pathname } = new URL(baseUrl)
  const encoded = path.split('/').map(encodeURIComponent).join('/')
  const search = query.size === 0 ? '' : `?${query}`
  const signedHeaders = scope.signedNames
    .split(';')
    .filter((name) => name !== 'host')
    .map((name) => [name, headers[name] ?? ''] as const)
  const signer = new AwsV4Signer({
    method,
    url: `${protocol}//${headers.host}${pathname.replace(/\/$/, '')}${encoded}${search}`,
    headers: Object.fromEntries(signedHeaders),
    accessKeyId: scope.accessKeyId,
    secretAccessKey: scope.secretAccessKey,
    service: SERVICE,
    region: scope.region,
    datetime: scope.date,
    allHeaders: true,
    ...(body.byteLength === 0 ? {} : { body: body.slice() }),
  })
  return signer.signature()
}
