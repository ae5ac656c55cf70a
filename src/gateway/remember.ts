/** Puts a value at the end of a map and forgets its first one when it is full. */
export function remember<Value>(
  map: Map<string, Value>,
  most: number,
  key: string,
  value: Value,
): void {
  map.delete(key)
  map.set(key, value)
  const oldest = map.size > most ? map.keys().next() : undefined
  if (oldest?.done === false) map.delete(oldest.value)
}
