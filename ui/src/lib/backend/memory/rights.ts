/** Who may do what in the preview: the hub's own table (domain/person.rs), written down for the four roles. */
import type { Permission, Role } from '..';

const everybody: Permission[] = ['search', 'view', 'records', 'openings'];
const atLanes: Permission[] = [
  ...everybody,
  'claim',
  'hand_over',
  'act',
  'release',
  'own_camera',
  'lane_camera',
  'file_debt',
];
const reads: Permission[] = ['openings_of_others', 'export', 'statistics'];

export const rights: Record<Role, Permission[]> = {
  lot_staff: [...atLanes, 'record_cash'],
  agent: [...atLanes, 'seat', 'see_queue', 'take_call'],
  supervisor: [
    ...atLanes,
    ...reads,
    'take_over',
    'waive_debt',
    'close_photos',
    'see_queue',
    'see_evidence',
    'board',
    'approve',
    'review',
  ],
  admin: [...everybody, ...reads, 'configure'],
};
