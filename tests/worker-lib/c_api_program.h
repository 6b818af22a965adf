#ifndef FEDWATT_TESTS_C_API_PROGRAM_H_
#define FEDWATT_TESTS_C_API_PROGRAM_H_

#include <fedwatt/fedwatt.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Trains one round with the results {accuracy 0.5, auc 0.75, f1 0.25, 520 examples}. 1 if all went
 * as it should. */
int c_program_trains_one_round(const char* hub);

#ifdef __cplusplus
}
#endif

#endif /* FEDWATT_TESTS_C_API_PROGRAM_H_ */
