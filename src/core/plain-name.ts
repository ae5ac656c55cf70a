const PLAIN = /^[^\s\p{Cc}](?:[^\p{Cc}]*[^\s\p{Cc}])?$/u

/** What {@link isPlainName} wants, in the words of a refusal. */
export const PLAIN_NAME = 'a name without control characters, and without spaces around it'

/**
 * Whether a text can be the name of a purpose or a category: people give them names of their own,
 * so nearly all can. What nobody sees would make another name of it, with another floor.
 */
export const isPlainName = (text: string): boolean => PLAIN.test(text)
