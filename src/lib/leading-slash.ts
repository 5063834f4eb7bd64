export const withLeadingSlash = (name: string): string => (name.startsWith('/') ? name : `/${name}`);
