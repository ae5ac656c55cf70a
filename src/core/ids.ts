/** The kinds of ids: `req_…` request (= job), `att_…` attempt, `img_…` image, `hld_…` hold, `key_…` virtual key. */
export type IdPrefix = 'req' | 'att' | 'img' | 'hld' | 'key'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/**
 * An unguessable id: prefix and 128 random bits in Crockford's base 32 (26 characters, lower case).
 * @param random 16 bytes from a cryptographic source.
 * @throws RangeError when fewer than 16 bytes are given.
 */
export function makeId(prefix: IdPrefix, random: Uint8Array): string {
  if (random.length < 16) throw new RangeError('an id needs 16 random bytes')
  let value = 0n
  for (let index = 0; index < 16; index += 1) value = (value << 8n) | BigInt(random[index] ?? 0)
  let text = ''
  for (let digit = 0; digit < 26; digit += 1) {
    text = ALPHABET[Number(value & 31n)] + text
    value >>= 5n
  }
  return `${prefix}_${text}`
}

/** Whether a text has the form of an id of this kind; a cheap check before any look-up. */
export const isId = (prefix: IdPrefix, text: string): boolean =>
  text.startsWith(`${prefix}_`) && /^[0-9a-hjkmnp-tv-z]{26}$/.test(text.slice(prefix.length + 1))
