// Two ways to see a schema of the API.

type KeysOf<U> = U extends unknown ? keyof U : never;
type At<U, K extends PropertyKey> = U extends unknown ? (K extends keyof U ? U[K] : never) : never;

/** A choice of several objects as one: what all have, and of each what the others lack. */
export type Flat<U> = Pick<U, keyof U> & { [K in Exclude<KeysOf<U>, keyof U>]?: At<U, K> };

/** An object with every default filled in. */
export type Filled<T> = { [K in keyof T]-?: NonNullable<T[K]> };
