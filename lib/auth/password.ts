/** How long a password must and may be; hashing an endless one would keep a processor busy. */
export const passwordLength = { min: 12, max: 128 };
