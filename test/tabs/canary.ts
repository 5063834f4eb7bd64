/** A token that is to be found nowhere but where a token belongs. */
export const canary = 'canary-5fd1e07c';
