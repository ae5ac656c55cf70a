import { AwsV4Signer } from 'aws4fetch'
import type { Instant } from '../../core/time.ts'
import type { ProviderDefinition, SignableRequest } from '../shared/definition.ts'

/** Name of the service in signatures: not that of the host, which is `bedrock-runtime`. */
export const SERVICE = 'bedrock'

/** A pair of access keys, with the token of a session where they are temporary. */
export interface AccessKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/**
 * Reads `AKID:SECRET` or `AKID:SECRET:SESSION`; undefined for anything else, which is a Bedrock API
 * key. An access key id has 16 to 128 capitals and digits (IAM API reference, read 2026-11-25), so
 * no API key looks like one.
 */
export function accessKeysOf(credential: string): AccessKeys | undefined {
  const parts = /^([A-Z0-9]{16,128}):([^:\s]+)(?::(\S+))?$/.exec(credential)
  const [, accessKeyId, secretAccessKey, sessionToken] = parts ?? []
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}

/** A Bedrock API key is shown as it is; access keys only sign, so the secret never leaves. */
export const authorize = (apiKey: string): Readonly<Record<string, string>> =>
  accessKeysOf(apiKey) === undefined ? { authorization: `Bearer ${apiKey}` } : {}

/** Signs requests to a region with Signature Version 4; says nothing where an API key is used. */
export const signerFor =
  (region: string): NonNullable<ProviderDefinition['sign']> =>
  async (request, apiKey, now) => {
    const keys = accessKeysOf(apiKey)
    return keys === undefined ? {} : signatureOf(request, keys, region, now)
  }

async function signatureOf(
  { method, url, body }: SignableRequest,
  keys: AccessKeys,
  region: string,
  now: Instant,
): Promise<Readonly<Record<string, string>>> {
  // Host, date and token are signed, and no other header: what a proxy adds or changes on the way
  // does not break the signature.
  const { headers } = await new AwsV4Signer({
    ...keys,
    method,
    url,
    region,
    service: SERVICE,
    datetime: toAmzDate(now),
    ...(body === '' ? {} : { body }),
  }).sign()
  return Object.fromEntries(headers)
}

/** An instant as signatures name it: `20261120T120000Z`. */
export const toAmzDate = (now: Instant): string =>
  new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, '')
