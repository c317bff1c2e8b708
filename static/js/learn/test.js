/** The test. Acts on import. */
export {};
