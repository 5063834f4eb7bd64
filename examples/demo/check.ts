export async function check(url: string): Promise<void> {
  console.log(url);
}
