import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { AddressPolicy } from '../../ports/http-client.ts'
import { ExchangeError } from './failure.ts'

/** Finds the addresses of a name; all of them. */
export type AddressLookup = (
  hostname: string,
) => Promise<readonly { readonly address: string; readonly family: number }[]>

/** Where a request goes, decided from the URL's parts. */
export interface Target {
  readonly url: URL
  /** The operator allowed this very origin to be private; everything else must be public. */
  readonly mayBePrivate: boolean
}

/**
 * Public addresses at which clouds answer their guests with credentials and settings:
 * Azure's platform address (Microsoft, "What is IP address 168.63.129.16?", read 2026-11-20).
 * Those of other clouds lie in private, link-local or shared ranges.
 */
const METADATA_ADDRESSES: readonly string[] = ['168.63.129.16']

/**
 * Global unicast addresses, the only IPv6 ones that IANA has given out (registry read 2026-11-20).
 */
const GLOBAL_IPV6 = ipaddr.parse('2000::')
const GLOBAL_IPV6_BITS = 3

/**
 * Whether an address lies in the public internet. Addresses that carry an IPv4 address inside
 * (mapped, 6to4, NAT64, Teredo) are not looked into but refused: no provider is reached by one.
 */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0 || METADATA_ADDRESSES.includes(address)) return false
  const parsed = ipaddr.parse(address)
  if (parsed.range() !== 'unicast') return false
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_IPV6, GLOBAL_IPV6_BITS)
}

/**
 * Checks what the URL alone tells: scheme, user name, literal address. Names are checked when they
 * are resolved, by {@link checkedLookup}.
 * @throws ExchangeError `blocked_address`
 */
export function toTarget(address: string, policy: AddressPolicy, base?: URL): Target {
  if (!URL.canParse(address, base)) throw blocked('not a URL')
  const url = new URL(address, base)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw blocked(`scheme ${url.protocol}`)
  if (url.username !== '' || url.password !== '') throw blocked('a URL with a user name')
  const mayBePrivate = policy.privateOrigins.includes(url.origin)
  if (mayBePrivate) return { url, mayBePrivate }
  if (url.protocol === 'http:') throw blocked('plain http')
  checkLiteral(url.hostname)
  return { url, mayBePrivate }
}

/**
 * Refuses host names that are addresses, unless they are public. A URL's parser has turned every
 * notation (decimal, octal, hexadecimal, short forms, full-width digits) into the usual one.
 * @throws ExchangeError `blocked_address`
 */
export function checkLiteral(hostname: string): void {
  const literal = hostname.replace(/^\[|\]$/g, '')
  if (isIP(literal) !== 0 && !isPublicAddress(literal)) throw blocked(`address ${literal}`)
}

/**
 * The look-up of a socket. The socket connects to what this returns, so a name cannot have other
 * addresses a moment later; one address that is not allowed refuses the name.
 */
export function checkedLookup(
  lookup: AddressLookup,
  isAllowed: (address: string) => boolean,
): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, lookup, isAllowed).then(
      (addresses) => {
        const [first] = addresses
        if (first === undefined) callback(new ExchangeError('dns', `no address: ${hostname}`), '')
        else if (options.all === true) callback(null, [...addresses])
        else callback(null, first.address, first.family)
      },
      (error: Error) => callback(error, ''),
    )
  }
}

async function resolve(
  hostname: string,
  lookup: AddressLookup,
  isAllowed: (address: string) => boolean,
): ReturnType<AddressLookup> {
  let addresses: Awaited<ReturnType<AddressLookup>>
  try {
    addresses = await lookup(hostname)
  } catch (cause) {
    throw new ExchangeError('dns', `no address: ${hostname}`, { cause })
  }
  const refused = addresses.find(({ address }) => !isAllowed(address))
  if (refused !== undefined) throw blocked(`address ${refused.address} of ${hostname}`)
  return addresses
}

const blocked = (what: string): ExchangeError =>
  new ExchangeError('blocked_address', `not allowed: ${what}`)
