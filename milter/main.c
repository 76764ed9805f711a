/*
 * main.c - kanjikid
 */
int main(void)
{
	return 0;
}
