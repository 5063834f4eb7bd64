/** What Pusher's free plan allows, as the backend's document counts on it. Channels are not limited. */
export const freePlan = {
  messagesPerDay: 200_000,
  connections: 100,
  eventBytes: 10_240,
} as const;
