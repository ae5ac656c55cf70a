/**
 * The credential of an own server: `user:password` by HTTP Basic, any other key as a bearer token,
 * and nothing for the many that ask for nothing.
 */
export function authorizeOwn(apiKey: string): Readonly<Record<string, string>> {
  if (apiKey === '') return {}
  const isBasic = apiKey.includes(':')
  const basic = `Basic ${Buffer.from(apiKey).toString('base64')}`
  return { authorization: isBasic ? basic : `Bearer ${apiKey}` }
}
